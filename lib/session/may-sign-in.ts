import "server-only";
import type { NextAuthConfig } from "next-auth";
import { hasDatabase } from "@/lib/db";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { parseUserClaims } from "@/lib/logto/claims";
import { signingIn } from "./signing-in";
import { keepUser, profileOf } from "./users";

type SignInParameters = Parameters<NonNullable<NonNullable<NextAuthConfig["callbacks"]>["signIn"]>>[0];

/** Whether AUTH_ALLOWED_EMAILS lets an address in. Unset, it lets everybody in, those without an address included. */
function isAllowed(email: string | null, isVerified: boolean): boolean {
  const { AUTH_ALLOWED_EMAILS } = env();
  if (AUTH_ALLOWED_EMAILS.length === 0) return true;
  const address = email?.toLowerCase() ?? "";
  const domain = address.slice(address.lastIndexOf("@"));
  return isVerified && (AUTH_ALLOWED_EMAILS.includes(address) || AUTH_ALLOWED_EMAILS.includes(domain));
}

/**
 * Auth.js's `signIn` callback: who may sign in, and who they are in the database.
 *
 * @returns true; false, or where the browser goes instead
 * @throws DatabaseError
 */
export async function maySignIn({ account, profile }: SignInParameters): Promise<boolean | string> {
  if (!account) return false;
  const claims = parseUserClaims(profile);
  const store = signingIn.getStore();
  if (store) Object.assign(store, { account, idToken: profile });
  if (!isAllowed(claims.email ?? null, claims.email_verified ?? false)) {
    log.warn("sign-in refused", { sub: claims.sub, reason: "not on AUTH_ALLOWED_EMAILS" });
    return "/refused";
  }
  if (hasDatabase()) await keepUser(account, profileOf(claims));
  return true;
}
