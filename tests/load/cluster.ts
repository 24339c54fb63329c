import { query } from "../../dev/database/databases";
import { applyMigrations } from "../../dev/database/migrations";
import { startPostgres, type Postgres } from "../../dev/database/postgres";
import { startIdentity } from "../../dev/identity/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { z } from "zod";
import { seal, unseal } from "../../lib/session/codec";
import { controlOf, type IdentityControl } from "../e2e/identity-control";
import { freePort, startApp, type App } from "../e2e/servers";
import { startRoundRobin } from "./round-robin";
import { atExpiry, signedIn, type Client } from "./sessions";

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
export async function startCluster(strategy: Strategy, processes = 3, maxDelay = 300): Promise<Cluster> {
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
      if (strategy === "jwt")
        return Promise.all(clients.map((client) => atExpiry(client, proxy.url, secret)));
      await expireRows(postgres.url);
      return clients;
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

const salt = "session-row";
const rows = z.array(z.object({ sid: z.string(), sealedTokens: z.string() }));

/**
 * Makes the access token of every row one that is about to expire, as if another process had got it an hour ago, with a
 * user who has been away since.
 */
async function expireRows(url: string): Promise<void> {
  const [found = "[]"] = await query(
    url,
    `SELECT coalesce(json_agg(json_build_object('sid', sid, 'sealedTokens', "sealedTokens")), '[]')::text
     FROM "Session" WHERE "sealedTokens" IS NOT NULL`,
  );
  const expiresAt = Math.floor(Date.now() / 1000) + 5;
  const values = rows.parse(JSON.parse(found)).map(async ({ sid, sealedTokens }) => {
    const { payload } = await unseal(sealedTokens, [secret], salt);
    const tokens = z.looseObject({ exp: z.number() }).parse(payload);
    return `('${sid}', '${await seal({ ...tokens, expiresAt }, secret, salt, tokens.exp)}')`;
  });
  await query(
    url,
    `UPDATE "Session" SET "sealedTokens" = value, generation = generation + 1, "lastSeenAt" = now() - interval '1 hour'
     FROM (VALUES ${(await Promise.all(values)).join(", ")}) AS expiring (id, value) WHERE sid = expiring.id`,
  );
}
