import { createHash, randomBytes } from "node:crypto";
import { expect, test as base } from "@playwright/test";
import type { Prisma } from "@/generated/prisma/client";
import { openRows, type DatabaseStorage } from "../database/storage";
import { type NestApi, startNestApi } from "./nest-api";

const cookieName = "authjs.session-token";
const variables = {
  AUTH_URL: "http://app.starter.test:3000",
  AUTH_LOGTO_ISSUER: "http://localhost:1/oidc",
  API_RESOURCE: "https://shopping.example.com/api",
};

/** One database, and an API server that reads it and has no secret. */
const test = base.extend<object, { storage: DatabaseStorage; database: NestApi }>({
  storage: [
    async ({}, use) => {
      const storage = await openRows("postgres");
      await use(storage);
      await storage.close();
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
const past = () => new Date(Date.now() - hour);

/** A cookie's value as the row store makes it. */
const rowCookie = () => randomBytes(32).toString("base64url");

test("a cookie of strategy database is valid while its row exists and has not ended @jwt", async ({
  storage,
  database,
}) => {
  const user = { id: "k3v9t2m8qx1a" };
  /** Adds a row as the app stores it. */
  const addSession = async (changes: Partial<Prisma.SessionCreateInput> = {}) => {
    const cookie = rowCookie();
    const sessionToken = createHash("sha256").update(cookie).digest("hex");
    const data = {
      sessionId: rowCookie(),
      sessionToken,
      claims: { sub: user.id, name: "Alice Kim" },
      startedAt: new Date(),
      expires: new Date(Date.now() + hour),
      user: { connectOrCreate: { where: user, create: user } },
      ...changes,
    };
    await storage.db.session.create({ data });
    return { cookie, sessionToken };
  };
  const { cookie, sessionToken } = await addSession();
  expect(await statusOf(database, cookie)).toBe(200);
  expect(await statusOf(database, "old", cookie), "beside an older one").toBe(200);
  expect(await statusOf(database, sessionToken), "the hash in the table").toBe(401);
  expect(await statusOf(database, rowCookie()), "of no session").toBe(401);
  const [ended, expired] = [
    await addSession({ endedAt: past() }),
    await addSession({ expires: past() }),
  ];
  expect(await statusOf(database, ended.cookie), "ended").toBe(401);
  expect(await statusOf(database, expired.cookie), "expired").toBe(401);
  await storage.db.session.delete({ where: { sessionToken } });
  expect(await statusOf(database, cookie), "revoked").toBe(401);
});

test("while the database is down, a cookie is neither accepted nor rejected @jwt", async () => {
  const down = {
    DATABASE_URL: "postgresql://api:topsecret@127.0.0.1:1/app",
    AUTH_SESSION_STRATEGY: "database",
  };
  const api = await startNestApi({ ...variables, ...down });
  try {
    expect(await statusOf(api, rowCookie())).toBe(503);
    await expect.poll(() => api.log()).toContain("unavailable: database: ");
    expect(api.log()).not.toMatch(/topsecret|127\.0\.0\.1|^\s+at /m);
  } finally {
    await api.stop();
  }
});
