import { env, isProduction } from "@/lib/env";
import { log } from "@/lib/log";
import { fetchMetadata, toLogtoError } from "@/lib/logto/client";
import { hasInsecureEndpoints } from "@/lib/logto/discovery-document";
import { withDeadline } from "@/lib/logto/fetch-with-retry";
import { logtoClient } from "@/lib/session/lifecycle/logto-client";

/** How long the start waits for the issuer, in milliseconds. */
const timeout = 3_000;

/**
 * Checks the issuer's discovery document at start. Exits with code 1 and the reason if secrets
 * would be sent over plain http. All other problems may be temporary, above all an issuer that does
 * not respond. They are logged, and sign-in requests the document again. Sign-in always does that,
 * so that users see the current state of Logto.
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
    // `npm run dev` starts the stand-in at the same time as the app.
    if (code === "unavailable" && !isProduction) return;
    const level = code === "unavailable" ? "warn" : "error";
    log[level]("the issuer can't be used yet", {
      issuer: env().AUTH_LOGTO_ISSUER,
      reason: message,
    });
  }
}
