import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { signOut } from "@/auth";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { endSessionUrl } from "@/lib/logto/tokens";
import { currentSession, removeSessionCookies } from "./current";
import { appUrl } from "./origin";
import { logtoClient } from "./renewal";
import type { SessionToken } from "./session-token";
import { sessionEndedHeader } from "./update-session";

/**
 * Where the browser goes after it was signed out here: to Logto, which ends its own session and sends it on to `/`.
 * Without that, "sign in" would pass without a password. Straight to `/` when Logto can't be reached or did not sign
 * the user in.
 *
 * @param token the session that was ended, where it is known
 */
export async function afterSignOutUrl(token?: SessionToken): Promise<string> {
  const home = (await appUrl("/")).href;
  if (token && token.provider !== "logto") return home;
  try {
    return (await endSessionUrl(logtoClient(), home)).href;
  } catch (error) {
    log.error("signed out here, but not at Logto", { reason: toLogtoError(error).message });
    return home;
  }
}

/**
 * Signs out, in an action: ends the session and its grant (`events.signOut` and the adapter, where every way of signing out
 * passes), and sends the browser to end Logto's own.
 *
 * @param ended the session, where it has been ended already
 */
export async function signOutHere(ended?: SessionToken): Promise<never> {
  const session = await currentSession().catch(() => undefined);
  await signOut({ redirect: false });
  // Of a session that Logto ended, middleware has hidden the cookie from Auth.js.
  await removeSessionCookies((await headers()).get(sessionEndedHeader)?.split(" "));
  redirect(await afterSignOutUrl(ended ?? (session?.status === "active" ? session.token : undefined)));
}
