import "../mock-env";
import { beforeEach, describe, expect, test } from "vitest";
import { db } from "@/lib/database/client";
import { toProfile, users } from "@/lib/database/users";
import { onSignIn } from "@/lib/session/authjs/on-sign-in";
import { subject as sub } from "../sessions";
import { useDatabase } from "./database";

describe("the profile of a user", () => {
  const verified = { email_verified: true };
  const isVerified = { emailVerified: expect.any(Date) };
  const nothing = { name: null, email: null, emailVerified: null, image: null };
  const [email, picture] = ["alice@example.com", "https://logto.test/a.svg"];

  test.each<[string, object, object]>([
    ["has Logto's values", { name: "Alice Kim", picture }, { name: "Alice Kim", image: picture }],
    ["uses the username without a name", { username: "alice" }, { name: "alice" }],
    ["has the address in lower case", { email: "Alice@Example.com" }, { email }],
    ["is verified if Logto says so", { email, ...verified }, { email, ...isVerified }],
    ["has no verification time without an address", { email: null, ...verified }, {}],
  ])("%s, and null for absent claims", (_, claims, profile) => {
    expect(toProfile({ sub, ...claims })).toEqual({ ...nothing, ...profile });
  });
});

describe("the users in the database", () => {
  useDatabase();

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
    const changed = { name: "Alice Lee", email: "lee@example.com" };
    await users.upsert({ sub, ...changed, email_verified: true });
    const verified = { ...changed, emailVerified: expect.any(Date) };
    expect(await db().user.findMany()).toMatchObject([verified]);
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
