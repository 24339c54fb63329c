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
  test("finds a user by account", async () => {
    findUnique.mockResolvedValue({ user });
    expect(await authAdapter().getUserByAccount?.(account)).toEqual(user);
    expect(findUnique).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ where: { provider_providerAccountId: account } }),
    );
  });

  test("finds none where there is none", async () => {
    findUnique.mockResolvedValue(null);
    expect(await authAdapter().getUserByAccount?.(account)).toBeNull();
  });

  test("passes an outage on", async () => {
    findUnique.mockRejectedValue(new DatabaseError("no answer"));
    await expect(authAdapter().getUserByAccount?.(account)).rejects.toThrow(DatabaseError);
  });

  test.each([
    ["makes no user", () => authAdapter().createUser?.(user)],
    [
      "links no account",
      () => authAdapter().linkAccount?.({ ...account, userId: user.id, type: "oidc" }),
    ],
    ["finds nobody by e-mail address", () => authAdapter().getUserByEmail?.(user.email)],
  ])("%s, and says so loudly", (_, reach) => {
    expect(reach).toThrow("by its account");
  });

  test("keeps no sessions, and does nothing else", () => {
    const methods = ["createUser", "getUserByAccount", "getUserByEmail", "linkAccount"];
    expect(Object.keys(authAdapter()).sort()).toEqual(methods);
  });
});
