import { describe, expect, test, vi } from "vitest";
import { authAdapter } from "@/lib/database/auth-adapter";
import { DatabaseError } from "@/lib/database-error";

const findUnique = vi.hoisted(() => vi.fn());
vi.mock("@/lib/database/client", () => ({
  db: () => ({ account: { findUnique } }),
  query: (promise: Promise<unknown>) => promise,
}));

const account = { provider: "logto", providerAccountId: "k3v9t2m8qx1a" };
const user = { id: "k3v9t2m8qx1a", email: "alice@example.com", emailVerified: null };

describe("the adapter", () => {
  test("finds the user of an account", async () => {
    findUnique.mockResolvedValue({ user });
    expect(await authAdapter().getUserByAccount?.(account)).toEqual(user);
    expect(findUnique).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ where: { provider_providerAccountId: account } }),
    );
  });

  test("returns null for an unknown account", async () => {
    findUnique.mockResolvedValue(null);
    expect(await authAdapter().getUserByAccount?.(account)).toBeNull();
  });

  test("passes on a database outage", async () => {
    findUnique.mockRejectedValue(new DatabaseError("no response"));
    await expect(authAdapter().getUserByAccount?.(account)).rejects.toThrow(DatabaseError);
  });

  test.each([
    ["never creates a user", () => authAdapter().createUser?.(user)],
    [
      "never links an account",
      () => authAdapter().linkAccount?.({ ...account, userId: user.id, type: "oidc" }),
    ],
    ["never finds a user by e-mail address", () => authAdapter().getUserByEmail?.(user.email)],
  ])("%s, and throws instead", (_, call) => {
    expect(call).toThrow("by its account");
  });

  test("has no methods for sessions or anything else", () => {
    const methods = ["createUser", "getUserByAccount", "getUserByEmail", "linkAccount"];
    expect(Object.keys(authAdapter()).sort()).toEqual(methods);
  });
});
