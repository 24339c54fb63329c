import "server-only";
import { redirect } from "next/navigation";
import { signOut } from "@/auth";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { endSessionUrl } from "@/lib/logto/tokens";
import { removeSessionCookies } from "./current";
import { appUrl } from "./origin";
import { logtoClient } from "./renewal";

/**
 * Where the browser goes after it was signed out here: to Logto, which ends its own session and sends it on to `/`.
 * Without that, "sign in" would pass without a password. Straight to `/` when Logto can't be reached.
 */
export async function afterSignOutUrl(): Promise<string> {
  const home = (await appUrl("/")).href;
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
 */
export async function signOutHere(): Promise<never> {
  await signOut({ redirect: false });
  // Chunks that Auth.js does not know of.
  await removeSessionCookies();
  redirect(await afterSignOutUrl());
}
