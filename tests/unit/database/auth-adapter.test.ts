import { expect, test, vi } from "vitest";
import { authAdapter } from "@/lib/database/auth-adapter";
import { DatabaseError } from "@/lib/database-error";

const findUnique = vi.hoisted(() => vi.fn());
vi.mock("@/lib/database/client", () => ({
  db: () => ({ account: { findUnique } }),
  query: (promise: Promise<unknown>) => promise,
}));

const account = { provider: "logto", providerAccountId: "k3v9t2m8qx1a" };
const user = { id: "k3v9t2m8qx1a", email: "alice@example.com", emailVerified: null };
const adapter = authAdapter();

test("the adapter finds the user of an account, and passes on a database outage", async () => {
  findUnique.mockResolvedValue({ user });
  expect(await adapter.getUserByAccount?.(account)).toEqual(user);
  expect(findUnique).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ where: { provider_providerAccountId: account } }),
  );
  findUnique.mockResolvedValue(null);
  expect(await adapter.getUserByAccount?.(account)).toBeNull();
  findUnique.mockRejectedValue(new DatabaseError("no response"));
  await expect(adapter.getUserByAccount?.(account)).rejects.toThrow(DatabaseError);
});

test.each([
  ["creates a user", () => adapter.createUser?.(user)],
  ["links an account", () => adapter.linkAccount?.({ ...account, userId: "x", type: "oidc" })],
  ["finds a user by e-mail address", () => adapter.getUserByEmail?.(user.email)],
])("the adapter never %s, and throws instead", (_, call) => {
  expect(call).toThrow("by its account");
});

test("the adapter has no methods for sessions or anything else", () => {
  const methods = ["createUser", "getUserByAccount", "getUserByEmail", "linkAccount"];
  expect(Object.keys(adapter).sort()).toEqual(methods);
});
