import { createHash, randomBytes } from "node:crypto";
import { expect, test as base } from "@playwright/test";
import type { Prisma } from "@/generated/prisma/client";
import { encodeSession } from "@/lib/session/codec";
import type { SessionToken } from "@/lib/session/session-token";
import { session } from "../unit/sessions";
import { openStorage, type Storage } from "./modes";
import { type NestApi, startNestApi } from "./nest-api";

const cookieName = "authjs.session-token";
const secret = randomBytes(32).toString("base64");
const variables = {
  AUTH_URL: "http://app.starter.test:3000",
  AUTH_LOGTO_ISSUER: "http://localhost:1/oidc",
  API_RESOURCE: "https://shopping.example.com/api",
};

/** One database, and an API server that reads it in each strategy. Only one of them is given the secret. */
const test = base.extend<object, { storage: Storage; jwt: NestApi; database: NestApi }>({
  storage: [
    async ({}, use) => {
      const storage = await openStorage("database", "postgres");
      await use(storage);
      await storage.close();
    },
    { scope: "worker" },
  ],
  jwt: [
    async ({ storage }, use) => {
      const strategy = { AUTH_SESSION_STRATEGY: "jwt", AUTH_SECRET: secret };
      const api = await startNestApi({ ...variables, ...storage.variables, ...strategy });
      await use(api);
      await api.stop();
    },
    { scope: "worker" },
  ],
  database: [
    async ({ storage }, use) => {
      const api = await startNestApi({ ...variables, ...storage.variables });
      await use(api);
      await api.stop();
    },
    { scope: "worker" },
  ],
});
test.describe.configure({ mode: "default" });

async function statusOf(api: NestApi, ...values: string[]): Promise<number> {
  const cookie = values.map((value) => `${cookieName}=${value}`).join("; ");
  return (await fetch(`${api.url}/me`, { headers: { cookie } })).status;
}

const hour = 3_600_000;
const soon = () => new Date(Date.now() + hour);
const past = () => new Date(Date.now() - hour);

/** A row as the app keeps it. */
async function addRow(
  { db }: Storage,
  token: SessionToken,
  changes: Partial<Prisma.SessionCreateInput> = {},
) {
  await db?.session.create({
    data: {
      sid: token.sid,
      subject: token.sub,
      claims: { sub: token.sub, name: "Alice Kim" },
      startedAt: new Date(token.startedAt * 1000),
      expires: soon(),
      user: { create: {} },
      ...changes,
    },
  });
}

test("a cookie of strategy jwt is refused once its session was revoked, and no other is @jwt", async ({
  storage,
  jwt,
}) => {
  const revocations: [
    string,
    (token: SessionToken) => { key: string; before?: Date; expires?: Date },
    number,
  ][] = [
    ["the session", ({ sid }) => ({ key: `session:${sid}` }), 401],
    ["all of its user's", ({ sub }) => ({ key: `subject:${sub}` }), 401],
    ["those of its session at Logto", ({ logtoSid = "" }) => ({ key: `logto-session:${logtoSid}` }), 401],
    ["those that began before it", ({ sub }) => ({ key: `subject:${sub}`, before: past() }), 200],
    [
      "a session, so long ago that it is forgotten",
      ({ sid }) => ({ key: `session:${sid}`, expires: past() }),
      200,
    ],
    ["another session", () => ({ key: "session:another" }), 200],
  ];
  for (const [what, revocation, status] of revocations) {
    const token = session({ sub: randomBytes(6).toString("hex"), logtoSid: randomBytes(6).toString("hex") });
    const value = await encodeSession(token, [secret], cookieName);
    expect(await statusOf(jwt, value), "before").toBe(200);
    const row = { before: new Date(), expires: soon(), ...revocation(token) };
    await storage.db?.revocation.create({ data: row });
    expect(await statusOf(jwt, value), `revoked: ${what}`).toBe(status);
  }
});

test("a cookie of strategy jwt is refused once Logto ended its grant @jwt", async ({ storage, jwt }) => {
  const token = session();
  const value = await encodeSession(token, [secret], cookieName);
  await addRow(storage, token);
  expect(await statusOf(jwt, value)).toBe(200);
  await storage.db?.session.update({ where: { sid: token.sid }, data: { endedAt: new Date() } });
  expect(await statusOf(jwt, value)).toBe(401);
});

test("a cookie of strategy database stands for a row that is there and goes on @jwt", async ({
  storage,
  database,
}) => {
  const keep = async (changes: Partial<Prisma.SessionCreateInput> = {}) => {
    const cookie = crypto.randomUUID();
    const sessionToken = createHash("sha256").update(cookie).digest("hex");
    await addRow(storage, session(), { sessionToken, ...changes });
    return { cookie, sessionToken };
  };
  const { cookie, sessionToken } = await keep();
  expect(await statusOf(database, cookie)).toBe(200);
  expect(await statusOf(database, "old", cookie), "beside an older one").toBe(200);
  expect(await statusOf(database, sessionToken), "what the table holds").toBe(401);
  expect(await statusOf(database, crypto.randomUUID()), "nobody's").toBe(401);
  expect(await statusOf(database, (await keep({ endedAt: past() })).cookie), "ended").toBe(401);
  expect(await statusOf(database, (await keep({ expires: past() })).cookie), "expired").toBe(401);
  await storage.db?.session.delete({ where: { sessionToken } });
  expect(await statusOf(database, cookie), "revoked").toBe(401);
});

test("a database that is down means neither yes nor no @jwt", async () => {
  const down = {
    DATABASE_URL: "postgresql://api:topsecret@127.0.0.1:1/app",
    AUTH_SESSION_STRATEGY: "database",
  };
  const api = await startNestApi({ ...variables, ...down });
  try {
    expect(await statusOf(api, crypto.randomUUID())).toBe(503);
    await expect.poll(() => api.log()).toContain("unavailable: database: ");
    expect(api.log()).not.toMatch(/topsecret|127\.0\.0\.1|^\s+at /m);
  } finally {
    await api.stop();
  }
});
