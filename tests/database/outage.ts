import process from "node:process";
import { PrismaPg } from "@prisma/adapter-pg";
import { applyMigrations } from "../../dev/database/migrations";
import { startPostgres, type Postgres } from "../postgres/server";
import { expect, test as base } from "../e2e/fixtures";
import { startPair } from "../e2e/servers";

type Strategy = "jwt" | "database";

/** Tests of an app with its own database. A test that breaks the database also repairs it. */
export const test = base.extend<
  { noAddress: undefined },
  { strategy: Strategy; postgres: Postgres }
>({
  strategy: ["jwt", { option: true, scope: "worker" }],
  postgres: [
    async ({}, use) => {
      const postgres = await startPostgres({ maxConnections: 25 });
      await applyMigrations(postgres.url);
      await use(postgres);
      await postgres.close();
    },
    { scope: "worker" },
  ],
  pair: [
    async ({ strategy, postgres }, use) => {
      const variables = { AUTH_SESSION_STRATEGY: strategy, DATABASE_URL: postgres.url };
      const pair = await startPair(variables);
      await use(pair);
      await pair.stop();
    },
    { scope: "worker" },
  ],
  noAddress: [
    async ({ postgres, stage }, use) => {
      await use(undefined);
      const { host } = new URL(postgres.url);
      const secret = new RegExp(`${host}|invocation|SELECT`);
      expect(stage.log(), "the database's address or a query").not.toMatch(secret);
    },
    { auto: true },
  ],
});

/** Takes every connection of the server, the app's too. @returns a function that releases them */
async function takeConnections({ url }: Postgres): Promise<() => Promise<void>> {
  const options = {
    connectionString: url,
    application_name: "holder",
    max: 1,
    idleTimeoutMillis: 0,
  };
  const query = (sql: string) => ({ sql, args: [], argTypes: [] });
  const admin = await new PrismaPg(options).connect();
  const held = [admin];
  const others = `FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> 'holder'`;
  for (let left = 1; left > 0;) {
    await admin.queryRaw(query(`SELECT pg_terminate_backend(pid) ${others}`));
    const taken = Array.from({ length: 30 }, async () => {
      const holder = await new PrismaPg(options).connect();
      await holder.queryRaw(query("SELECT 1")).then(
        () => held.push(holder),
        () => holder.dispose(),
      );
    });
    await Promise.all(taken);
    const { rows } = await admin.queryRaw(query(`SELECT count(*) ${others}`));
    left = Number(rows[0]?.[0]);
  }
  return async () => {
    await Promise.all(held.map((holder) => holder.dispose()));
  };
}

type Fault = (postgres: Postgres) => Promise<() => Promise<void>>;

/** Ways in which a database fails. Each returns a function that repairs it. */
const faults: Record<string, Fault> = {
  stopped: async (postgres) => {
    await postgres.stop("fast");
    return () => postgres.start();
  },
  frozen: async (postgres) => {
    await postgres.pause();
    return () => Promise.resolve(postgres.resume());
  },
  crashed: async (postgres) => {
    await postgres.stop("immediate");
    return () => postgres.start();
  },
  "at its connection limit": takeConnections,
};

/** The faults for a strategy: its worst one, or all of them in `npm run test:release`. */
export const faultsIn = (strategy: Strategy): [string, Fault][] => {
  const worst = strategy === "jwt" ? "stopped" : "frozen";
  return Object.entries(faults).filter(([name]) => name === worst || process.env.STORM === "full");
};

/** Runs `work` and measures how long it takes, in milliseconds. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now();
  return { result: await work(), ms: performance.now() - startedAt };
}
