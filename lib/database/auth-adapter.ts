import { PrismaAdapter } from "@auth/prisma-adapter";
import type { Adapter } from "next-auth/adapters";
import { db, query } from "./client";

/**
 * Auth.js's Prisma adapter, limited to finding a user by account. `callbacks.signIn` has already
 * created or updated the user at that point. So Auth.js never creates or links a user itself and
 * never looks one up by e-mail address. Our session stores manage the sessions.
 */
export function authAdapter(): Adapter {
  const base = PrismaAdapter(db());
  return {
    getUserByAccount: (account) => query(Promise.resolve(base.getUserByAccount?.(account) ?? null)),
    createUser: neverReached,
    linkAccount: neverReached,
    getUserByEmail: neverReached,
  };
}

function neverReached(): never {
  throw new Error("Auth.js should have found the user by its account");
}
