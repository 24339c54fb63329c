import { env, isProduction } from "@/lib/env";
import { log } from "@/lib/log";
import { fetchMetadata, toLogtoError } from "@/lib/logto/client";
import { hasInsecureEndpoints } from "@/lib/logto/discovery-document";
import { withDeadline } from "@/lib/logto/fetch-with-retry";
import { logtoClient } from "@/lib/session/lifecycle/logto-client";

/** How long the start waits for the issuer, in milliseconds. */
const timeout = 3_000;

/**
 * Asks for the issuer's discovery document at start. Ends the server where secrets would pass in
 * clear by it, with the reason and exit code 1. Anything else that is wrong with it may pass, an
 * issuer that does not answer above all: that is a line in the log, and sign-in asks again. It does
 * so in any case: what it tells people is how Logto is then.
 */
export async function checkIssuer(): Promise<void> {
  try {
    await withDeadline(Date.now() + timeout, fetchMetadata(logtoClient()));
  } catch (error) {
    const { code, message } = toLogtoError(error);
    if (hasInsecureEndpoints(error)) {
      process.stderr.write(`\nThe issuer can't be used:\n\n  ${message}\n\n`);
      process.exit(1);
    }
    // `npm run dev` starts its stand-in at the same time as the app.
    if (code === "unavailable" && !isProduction) return;
    const level = code === "unavailable" ? "warn" : "error";
    log[level]("the issuer can't be used yet", {
      issuer: env().AUTH_LOGTO_ISSUER,
      reason: message,
    });
  }
}
