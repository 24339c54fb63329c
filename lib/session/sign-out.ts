import "server-only";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { endSessionUrl } from "@/lib/logto/tokens";
import { appUrl } from "./origin";
import { logtoClient } from "./renewal";

/**
 * Where the browser goes after it was signed out here: to Logto, which ends its own session and sends it on to `/`.
 * Without that, "sign in" would pass without a password. When Logto can't be reached, straight to `/`.
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
