import "server-only";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { endSessionUrl } from "@/lib/logto/tokens";
import { appUrl } from "./origin";
import { logtoClient } from "./renewal";
import type { SessionToken } from "./session-token";

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
