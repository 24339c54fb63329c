import { describe, expect, test, vi } from "vitest";
import { toProfile, users } from "@/lib/database/users";

const count = vi.hoisted(() => vi.fn());
vi.mock("@/lib/database/client", () => ({
  db: () => ({ user: { count } }),
  query: (promise: Promise<unknown>) => promise,
}));

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

test.each([
  [1, true],
  [0, false],
])("a user with %i rows exists: %s", async (rows, exists) => {
  count.mockResolvedValue(rows);
  expect(await users.exists(sub)).toBe(exists);
  expect(count).toHaveBeenCalledWith({ where: { id: sub } });
});
