import { AsyncLocalStorage } from "node:async_hooks";
import type { Account } from "next-auth";

/** One sign-in on its way through Auth.js, whose callbacks and adapter see only parts of it each. */
export interface SigningIn {
  /** The grant that Logto gave, whatever becomes of the sign-in. */
  grant?: { sub: string; refreshToken: string | undefined };
  /** What Logto answered: the grant's tokens and the id_token's claims. */
  account?: Account;
  idToken?: unknown;
}

/** Filled and read during one request to `/api/auth/callback/*` (design: Auth.js has no other way to hand tokens to a row). */
export const signingIn = new AsyncLocalStorage<SigningIn>();
