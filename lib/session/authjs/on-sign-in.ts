import type { NextAuthConfig } from "next-auth";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { parseUserClaims } from "@/lib/logto/claims";
import { usersTable } from "../stores/database";
import { isAllowed } from "../model/allowed-emails";

type SignInParameters = Parameters<
  NonNullable<NonNullable<NextAuthConfig["callbacks"]>["signIn"]>
>[0];

/**
 * Auth.js's `signIn` callback: checks AUTH_ALLOWED_EMAILS and writes the user to the database.
 *
 * @returns true; false or a path to redirect to if the user may not sign in
 * @throws DatabaseError
 */
export async function onSignIn({ account, profile }: SignInParameters): Promise<boolean | string> {
  if (!account) return false;
  const claims = parseUserClaims(profile);
  if (!isAllowed(claims, env().AUTH_ALLOWED_EMAILS)) {
    log.warn("sign-in rejected", { user: claims.sub, reason: "not on AUTH_ALLOWED_EMAILS" });
    return "/refused";
  }
  await usersTable()?.upsert(claims);
  return true;
}
