import "server-only";
import { cookies } from "next/headers";
import { appUrl } from "@/lib/app-url";
import { isDatabaseError } from "@/lib/database-error";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { endSessionUrl } from "@/lib/logto/tokens";
import { removeSessionCookies } from "../lifecycle/current-session";
import { endSession } from "../lifecycle/ending";
import { logtoClient } from "../lifecycle/logto-client";
import { readStatus } from "../lifecycle/status";
import { halfSignedOut } from "../model/callback-url";

/**
 * Where the browser goes after it was signed out here: to Logto, which ends its own session and sends it on to `/`.
 * Without that, "sign in" would pass without a password. Straight to `/` when Logto can't be reached.
 *
 * @param isHalf whether the session could not be ended here
 */
export async function afterSignOutUrl(isHalf = false): Promise<string> {
  const home = await appUrl("/");
  const state = `${isHalf ? halfSignedOut : ""}${crypto.randomUUID()}`;
  try {
    return (await endSessionUrl(logtoClient(), home.href, state)).href;
  } catch (error) {
    log.error("signed out here, but not at Logto", { reason: toLogtoError(error).message });
    if (isHalf) home.searchParams.set("state", state);
    return home.href;
  }
}

/**
 * Signs out, in a handler or an action: ends the session and its grant, and removes the cookie. In an outage of the database the
 * cookie goes all the same, and the operator's log has a line.
 *
 * @returns where to send the browser, so that it ends Logto's own session
 */
export async function endHere(): Promise<string> {
  let isHalf = false;
  try {
    const status = await readStatus((await cookies()).getAll());
    if (status.status === "active") await endSession(status.session, "signed out");
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    isHalf = true;
    log.error("signed out in the browser, but not in the database", { reason: error.message });
  }
  await removeSessionCookies();
  return afterSignOutUrl(isHalf);
}
