import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../../generated/prisma/client";
import { applyMigrations } from "../../dev/database/migrations";
import { startPostgres, type Postgres } from "../postgres/server";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { controlOf, type StandInControl } from "../../packages/logto-stand-in/src/testing";
import { freePort, startApp, type App } from "../e2e/servers";
import { sessionOf as sessionOfRow, writeRow } from "../database/session-row";
import { startRoundRobin } from "./round-robin";
import { expired } from "./expired";
import { signedIn, type Client } from "./sessions";

/**
 * Several processes of the app behind a load balancer without sticky sessions. They use one
 * database and one stand-in.
 */
export interface Cluster {
  url: string;
  apps: App[];
  control: StandInControl;
  postgres: Postgres;
  /** Signs users in, each in a browser of its own, until `stop`. */
  signIn(...usernames: string[]): Promise<Client[]>;
  /** Makes the access token of every session one that is about to expire. */
  expire(): Promise<void>;
  /** Returns the number of token requests with a refresh token so far. */
  refreshes(): Promise<number>;
  log(): string;
  stop(): Promise<void>;
}

const secret = "a-secret-that-only-this-test-knows-of";

/**
 * Starts a cluster.
 *
 * @param maxDelay of a response, in milliseconds
 */
export async function startCluster(processes: number, maxDelay = 300): Promise<Cluster> {
  const proxy = await startRoundRobin({ port: await freePort(), maxDelay });
  const [postgres, identity] = await Promise.all([
    startPostgres(),
    startLogto({ port: 0, control: true, clients: [appClient(proxy.url)] }),
  ]);
  await applyMigrations(postgres.url);
  const variables = {
    ...appVariables(identity.issuer),
    AUTH_URL: proxy.url,
    AUTH_SECRET: secret,
    DATABASE_URL: postgres.url,
  };
  const apps = await Promise.all(Array.from({ length: processes }, () => startApp(variables)));
  proxy.targets = apps.map(({ url }) => url);
  const control = controlOf(identity.endpoint);
  const clients: Client[] = [];
  return {
    url: proxy.url,
    apps,
    control,
    postgres,
    signIn: async (...usernames) => {
      const added = await Promise.all(usernames.map((name) => signedIn(proxy.url, name)));
      clients.push(...added);
      return added;
    },
    expire: () => expireRows(postgres.url),
    refreshes: async () => (await control.requests()).byGrant.refresh_token ?? 0,
    log: () => apps.map((app) => app.log()).join("\n"),
    stop: async () => {
      await Promise.all(clients.map((client) => client.dispose()));
      await Promise.all(apps.map((app) => app.stop()));
      await proxy.stop();
      await identity.close();
      await postgres.close();
    },
  };
}

/**
 * Delays Logto's responses to renewals, after it issued the tokens.
 *
 * @param times how many of them. Default: all
 */
export const delayRenewals = (control: StandInControl, delayMs: number, times?: number) =>
  control.inject({
    endpoint: "token",
    grant: "refresh_token",
    when: "after",
    kind: "delay",
    delayMs,
    ...(times && { times }),
  });

/**
 * Makes the access token of every row one that is about to expire, as if another process had
 * renewed it and the user had been away for an hour since.
 */
async function expireRows(url: string): Promise<void> {
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 2 }) });
  try {
    const rows = await db.session.findMany({ where: { sealedTokens: { not: null } } });
    const expiring = rows.map(async (row) => {
      const token = expired(await sessionOfRow(row, secret));
      await writeRow(db, secret, token);
      await db.session.update({
        where: { sessionId: token.sessionId },
        data: { lastSeenAt: new Date(Date.now() - 3_600_000) },
      });
    });
    await Promise.all(expiring);
  } finally {
    await db.$disconnect();
  }
}
