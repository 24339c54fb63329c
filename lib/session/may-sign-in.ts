import "server-only";
import type { NextAuthConfig } from "next-auth";
import { hasDatabase } from "@/lib/db";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { parseUserClaims } from "@/lib/logto/claims";
import { signInPath } from "./callback-url";
import { signingIn } from "./signing-in";
import { belongsToLogto, keepUser, profileOf } from "./users";

type SignInParameters = Parameters<NonNullable<NonNullable<NextAuthConfig["callbacks"]>["signIn"]>>[0];

/** Whether AUTH_ALLOWED_EMAILS lets an address in. Unset, it lets everybody in, those without an address included. */
function isAllowed(email: string | null, isVerified: boolean): boolean {
  const { AUTH_ALLOWED_EMAILS } = env();
  if (AUTH_ALLOWED_EMAILS.length === 0) return true;
  const address = email?.toLowerCase() ?? "";
  const domain = address.slice(address.lastIndexOf("@"));
  return isVerified && (AUTH_ALLOWED_EMAILS.includes(address) || AUTH_ALLOWED_EMAILS.includes(domain));
}

/** Whether a URL is one that `maySignIn` sends to: nobody is to come back to the sign-in page otherwise. */
export const isRefusal = (url: string): boolean => url.startsWith("/sign-in?error=");

/**
 * Auth.js's `signIn` callback: who may sign in, and who they are in the database.
 *
 * @returns true, or where the browser goes instead
 * @throws DatabaseError
 */
export async function maySignIn({ account, profile, user, email }: SignInParameters): Promise<true | string> {
  if (!account) return signInPath("/", "AccessDenied");
  if (account.type === "email") return mayUseLink(user.email ?? "", Boolean(email?.verificationRequest));
  const claims = parseUserClaims(profile);
  const store = signingIn.getStore();
  if (store) Object.assign(store, { account, idToken: profile });
  if (!isAllowed(claims.email ?? null, claims.email_verified ?? false)) return refuse(claims.sub);
  if (!hasDatabase()) return true;
  const linkTo = store?.intent?.kind === "link" ? store.intent.userId : undefined;
  const kept = await keepUser(account, profileOf(claims), linkTo);
  if ("userId" in kept) return true;
  log.warn("sign-in refused", { sub: claims.sub, reason: kept.refused });
  return kept.refused === "linked_elsewhere"
    ? "/account?error=AccountLinkedElsewhere"
    : signInPath("/dashboard", "OAuthAccountNotLinked");
}

/** @param isRequest whether the link is only asked for: to whom an address belongs is told to its owner alone */
async function mayUseLink(address: string, isRequest: boolean): Promise<true | string> {
  if (!isAllowed(address, true)) return refuse(undefined);
  return isRequest || !(await belongsToLogto(address))
    ? true
    : signInPath("/dashboard", "OAuthAccountNotLinked");
}

function refuse(sub: string | undefined): string {
  log.warn("sign-in refused", { sub, reason: "not on AUTH_ALLOWED_EMAILS" });
  return "/refused";
}
