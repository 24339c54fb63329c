import { randomBytes } from "node:crypto";
import process from "node:process";
import { test as base } from "@playwright/test";
import { PrismaPg } from "@prisma/adapter-pg";
import { applyMigrations } from "../../dev/database/migrations";
import { startPostgres, type Postgres } from "../postgres/server";
import { controlOf, type StandInControl } from "../../packages/logto-stand-in/src/testing";
import { startPair, type Pair } from "../e2e/servers";
import { expect, expectNothingSecret } from "../e2e/stage";

/** An app with its own database. A test that breaks the database also repairs it. */
interface Outage {
  app: Pair["app"];
  control: StandInControl;
  postgres: Postgres;
  /** The app's output since this test began. */
  log(): string;
}

export const strategies = ["jwt", "database"] as const;
type Strategy = (typeof strategies)[number];
interface Servers extends Pair {
  postgres: Postgres;
}

export const test = base.extend<{ outage: Outage }, { strategy: Strategy; servers: Servers }>({
  strategy: ["jwt", { option: true, scope: "worker" }],
  servers: [
    async ({ strategy }, use) => {
      const postgres = await startPostgres({ maxConnections: 25 });
      await applyMigrations(postgres.url);
      const pair = await startPair({
        AUTH_SECRET: randomBytes(32).toString("base64"),
        AUTH_SESSION_STRATEGY: strategy,
        DATABASE_URL: postgres.url,
      });
      await use({ ...pair, postgres });
      await pair.stop();
      await postgres.close();
    },
    { scope: "worker" },
  ],
  outage: async ({ servers: { app, identity, postgres } }, use) => {
    const control = controlOf(identity.endpoint);
    const logStart = app.log().length;
    const log = () => app.log().slice(logStart);
    await use({ app, control, postgres, log });
    await expectNothingSecret(log(), { control, secret: app.secret });
    const { host } = new URL(postgres.url);
    expect(log(), "the database's address or a query").not.toMatch(
      new RegExp(`${host}|invocation|SELECT`),
    );
  },
  baseURL: async ({ servers }, use) => {
    await use(servers.app.url);
  },
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

const crashed: Fault = async (postgres) => {
  await postgres.stop("immediate");
  return () => postgres.start();
};

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
  crashed,
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

/** The log's reports that the database is unavailable. */
export const outageLines = (log: string): string[] =>
  log.match(/"msg":"database unavailable"/g) ?? [];

/** Starts an app while its database is down. @returns the pair; `mend` starts the database */
export async function startTooEarly(strategy: Strategy): Promise<Pair & { mend(): Promise<void> }> {
  const postgres = await startPostgres();
  await applyMigrations(postgres.url);
  await postgres.stop();
  const pair = await startPair({ AUTH_SESSION_STRATEGY: strategy, DATABASE_URL: postgres.url });
  const stop = async () => {
    await pair.stop();
    await postgres.close();
  };
  return { ...pair, mend: () => postgres.start(), stop };
}
