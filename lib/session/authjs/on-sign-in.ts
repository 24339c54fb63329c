import type { NextAuthConfig } from "next-auth";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { parseUserClaims } from "@/lib/logto/claims";
import { currentUsers } from "../stores/current-store";
import { isAllowed } from "../model/allowed-emails";

type SignInParameters = Parameters<
  NonNullable<NonNullable<NextAuthConfig["callbacks"]>["signIn"]>
>[0];

/**
 * Auth.js's `signIn` callback: who may sign in, and who they are in the database.
 *
 * @returns true; false, or where the browser goes instead
 * @throws DatabaseError
 */
export async function onSignIn({ account, profile }: SignInParameters): Promise<boolean | string> {
  if (!account) return false;
  const claims = parseUserClaims(profile);
  if (!isAllowed(claims, env().AUTH_ALLOWED_EMAILS)) {
    log.warn("sign-in refused", { user: claims.sub, reason: "not on AUTH_ALLOWED_EMAILS" });
    return "/refused";
  }
  await currentUsers()?.upsert(claims);
  return true;
}
