import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { db } from "@/lib/database/client";
import { toProfile, users } from "@/lib/database/users";
import { onSignIn } from "@/lib/session/authjs/on-sign-in";
import { applyMigrations } from "../../../dev/database/migrations";
import { startPostgres, type Postgres } from "../../postgres/server";
import { variables } from "../environment";

vi.mock("@/lib/env", () => import("../environment"));
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));

const sub = "k3v9t2m8qx1a";

describe("the profile of a user", () => {
  test("contains the values of Logto's claims", () => {
    const claims = {
      sub,
      name: "Alice Kim",
      email: "alice@example.com",
      picture: "https://logto.test/a.svg",
    };
    expect(toProfile(claims)).toEqual({
      name: "Alice Kim",
      email: "alice@example.com",
      emailVerified: null,
      image: "https://logto.test/a.svg",
    });
  });

  test("uses the username when there is no name, and null for absent claims", () => {
    expect(toProfile({ sub, username: "alice" })).toEqual({
      name: "alice",
      email: null,
      emailVerified: null,
      image: null,
    });
  });

  test("has the e-mail address in lower case, verified if Logto says so", () => {
    expect(toProfile({ sub, email: "Alice@Example.com", email_verified: true })).toMatchObject({
      email: "alice@example.com",
      emailVerified: expect.any(Date),
    });
  });

  test("has no verification time without an e-mail address", () => {
    expect(toProfile({ sub, email: null, email_verified: true }).emailVerified).toBeNull();
  });
});

describe("the users in the database", () => {
  let database: Postgres;

  beforeAll(async () => {
    database = await startPostgres();
    await applyMigrations(database.url);
    variables.DATABASE_URL = database.url;
  }, 60_000);

  afterAll(async () => {
    await db().$disconnect();
    await database.close();
  });

  beforeEach(async () => {
    await db().user.deleteMany();
  });

  const accountsOf = (userId: string) => db().account.findMany({ where: { userId } });

  test("a first sign-in creates the user with an account", async () => {
    const account = { provider: "logto", providerAccountId: sub, type: "oidc" } as const;
    await onSignIn({ account, profile: { sub, name: "Alice Kim" }, user: {} });
    expect(await db().user.findMany()).toMatchObject([{ id: sub, name: "Alice Kim" }]);
    expect(await accountsOf(sub)).toMatchObject([{ provider: "logto", providerAccountId: sub }]);
  });

  test("two first sign-ins at once create one user with one account", async () => {
    await Promise.all([1, 2, 3, 4].map(() => users.upsert({ sub })));
    expect(await db().user.count()).toBe(1);
    expect(await accountsOf(sub)).toHaveLength(1);
  });

  test("a later sign-in updates the user", async () => {
    await users.upsert({ sub, name: "Alice Kim", email: "alice@example.com" });
    await users.upsert({ sub, name: "Alice Lee", email: "lee@example.com", email_verified: true });
    expect(await db().user.findMany()).toMatchObject([
      { name: "Alice Lee", email: "lee@example.com", emailVerified: expect.any(Date) },
    ]);
  });

  test("two users may have one e-mail address, and stay two", async () => {
    await users.upsert({ sub, email: "alice@example.com" });
    await users.upsert({ sub: "p7c4w1n6zr5b", email: "alice@example.com" });
    expect(await db().user.count()).toBe(2);
    expect(await accountsOf(sub)).toMatchObject([{ providerAccountId: sub }]);
  });

  test("a user exists until it is removed, with its accounts", async () => {
    expect(await users.exists(sub)).toBe(false);
    await users.upsert({ sub });
    expect(await users.exists(sub)).toBe(true);
    await users.remove(sub);
    expect(await users.exists(sub)).toBe(false);
    expect(await accountsOf(sub)).toEqual([]);
  });
});
