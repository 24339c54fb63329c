import { describe, expect, test, vi } from "vitest";
import { toProfile, users } from "@/lib/database/users";

const count = vi.hoisted(() => vi.fn());
vi.mock("@/lib/database/client", () => ({
  db: () => ({ user: { count } }),
  query: (promise: Promise<unknown>) => promise,
}));

const sub = "k3v9t2m8qx1a";

describe("the profile of a user", () => {
  test("is what Logto's claims say", () => {
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

  test("has the user name where there is no name, and null for what is not known", () => {
    expect(toProfile({ sub, username: "alice" })).toEqual({
      name: "alice",
      email: null,
      emailVerified: null,
      image: null,
    });
  });

  test("has the address in small letters, verified where Logto says so", () => {
    expect(toProfile({ sub, email: "Alice@Example.com", email_verified: true })).toMatchObject({
      email: "alice@example.com",
      emailVerified: expect.any(Date),
    });
  });

  test("has no verified address where there is none", () => {
    expect(toProfile({ sub, email: null, email_verified: true }).emailVerified).toBeNull();
  });
});

test.each([
  [1, true],
  [0, false],
])("a user of whom there are %i rows is there: %s", async (rows, isThere) => {
  count.mockResolvedValue(rows);
  expect(await users.exists(sub)).toBe(isThere);
  expect(count).toHaveBeenCalledWith({ where: { id: sub } });
});
