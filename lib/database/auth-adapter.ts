import { PrismaAdapter } from "@auth/prisma-adapter";
import type { Adapter } from "next-auth/adapters";
import { db, query } from "./client";

/**
 * Auth.js's Prisma adapter, for finding a user by account. The user is there by then:
 * `callbacks.signIn` has created or updated it. So Auth.js never makes or links one itself, nor
 * looks for one by e-mail address; sessions are our stores'.
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
  throw new Error("Auth.js was to find the user by its account");
}
