import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../../generated/prisma/client";
import { applyMigrations } from "../../dev/database/migrations";
import { startPostgres, type Postgres } from "../../dev/database/postgres";
import { startIdentity } from "../../dev/identity/server";
import { appClient, appVariables } from "../../dev/stand-in";
import type { SessionToken } from "../../lib/session/session-token";
import { controlOf, type IdentityControl } from "../e2e/identity-control";
import { freePort, startApp, type App } from "../e2e/servers";
import { sessionOf as sessionOfRow, writeRow } from "../e2e/session-row";
import { startRoundRobin } from "./round-robin";
import { atExpiry, expired, sessionOf, signedIn, type Client } from "./sessions";

export type Strategy = "jwt" | "database";
export const strategies: readonly Strategy[] = ["jwt", "database"];

/** Several processes of the app behind a load balancer without sticky sessions, with one database and one stand-in. */
export interface Cluster {
  url: string;
  apps: App[];
  control: IdentityControl;
  postgres: Postgres;
  signIn(username: string): Promise<Client>;
  /** The same clients at the moment when their access tokens are about to expire. */
  expire(clients: Client[]): Promise<Client[]>;
  /** How many token requests with a refresh token there were so far. */
  refreshes(): Promise<number>;
  log(): string;
  stop(): Promise<void>;
}

const secret = "a-secret-that-only-this-test-knows-of";

/** @param maxDelay of an answer, in milliseconds */
export async function startCluster(strategy: Strategy, processes: number, maxDelay = 300): Promise<Cluster> {
  const proxy = await startRoundRobin({ port: await freePort(), maxDelay });
  const [postgres, identity] = await Promise.all([
    startPostgres(),
    startIdentity({ port: 0, control: true, clients: [appClient(proxy.url)] }),
  ]);
  await applyMigrations(postgres.url);
  const variables = {
    ...appVariables(identity.issuer),
    AUTH_URL: proxy.url,
    AUTH_SECRET: secret,
    AUTH_SESSION_STRATEGY: strategy,
    DATABASE_URL: postgres.url,
  };
  const apps = await Promise.all(Array.from({ length: processes }, () => startApp(variables)));
  proxy.targets = apps.map(({ url }) => url);
  const control = controlOf(identity.endpoint);
  return {
    url: proxy.url,
    apps,
    control,
    postgres,
    signIn: (username) => signedIn(proxy.url, username),
    expire: async (clients) => {
      const newest = await expireRows(postgres.url);
      if (strategy === "database") return clients;
      return Promise.all(
        clients.map(async (client) => {
          const { sid } = await sessionOf(client, secret);
          return atExpiry(client, proxy.url, secret, newest.get(sid));
        }),
      );
    },
    refreshes: async () => (await control.requests()).byGrant.refresh_token ?? 0,
    log: () => apps.map((app) => app.log()).join("\n"),
    stop: async () => {
      await Promise.all(apps.map((app) => app.stop()));
      await proxy.stop();
      await identity.close();
      await postgres.close();
    },
  };
}

/**
 * Makes the access token of every row one that is about to expire, as if another process had got it an hour ago, with a
 * user who has been away since.
 *
 * @returns the sessions by their id. What a page got by an exchange is in the row alone, as it can't write cookies: who
 *   makes a newer cookie has to make it from these.
 */
async function expireRows(url: string): Promise<Map<string, SessionToken>> {
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 2 }) });
  try {
    const rows = await db.session.findMany({ where: { sealedTokens: { not: null } } });
    const expiring = rows.map(async (row): Promise<[string, SessionToken]> => {
      const token = expired(await sessionOfRow(row, secret));
      await writeRow(db, secret, token);
      await db.session.update({
        where: { sid: token.sid },
        data: { lastSeenAt: new Date(Date.now() - 3_600_000) },
      });
      return [token.sid, token];
    });
    return new Map(await Promise.all(expiring));
  } finally {
    await db.$disconnect();
  }
}
