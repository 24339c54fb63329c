import "server-only";
import { cookies } from "next/headers";
import { appUrl } from "@/lib/app-url";
import { isDatabaseError } from "@/lib/database-error";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { logtoSignOutUrl } from "@/lib/logto/tokens";
import { removeSessionCookies } from "../lifecycle/current-session";
import { endSession } from "../lifecycle/ending";
import { logtoClient } from "../lifecycle/logto-client";
import { readSessionStatus } from "../lifecycle/session-status";
import { partialSignOutPrefix } from "../model/callback-url";
import { addPathToState } from "../model/state-parameter";

/**
 * Signs the user out, in a handler or an action: ends the session, revokes its grant and removes
 * the cookie. In an outage of the database the cookie is removed too, and the log has an error.
 *
 * @param path of the page to return to
 * @returns the URL to redirect to: Logto's, which ends the session there (otherwise the next
 *   sign-in would need no password) and sends the browser back. Our own page if Logto does not
 *   respond
 */
export async function signOut(path = "/"): Promise<string> {
  const isPartial = !(await endCurrentSession());
  await removeSessionCookies();
  const home = await appUrl("/");
  const id = `${isPartial ? partialSignOutPrefix : ""}${crypto.randomUUID()}`;
  // Logto accepts only the registered start page. From there middleware redirects to `path`
  // (update-session.ts).
  const state = path === "/" ? id : addPathToState(id, path);
  try {
    return (await logtoSignOutUrl(logtoClient(), home.href, state)).href;
  } catch (error) {
    log.error("signed out here, but not at Logto", { reason: toLogtoError(error).message });
    if (isPartial) home.searchParams.set("state", state);
    return isPartial ? home.href : new URL(path, home).href;
  }
}

/** Ends the session of the request, if any. False in an outage of the database. */
async function endCurrentSession(): Promise<boolean> {
  try {
    const status = await readSessionStatus((await cookies()).getAll());
    if (status.status === "active") await endSession(status.session, "signed out");
    return true;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    log.error("signed out in the browser, but not in the database", { reason: error.message });
    return false;
  }
}
