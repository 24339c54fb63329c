import { isDatabaseError } from "@/lib/database-error";
import { log } from "@/lib/log";
import { isLogtoError } from "@/lib/logto/errors";
import { LogoutTokenError, verifyLogoutToken } from "@/lib/logto/logout-token";
import { endSessions } from "../lifecycle/ending";
import { logtoClient } from "../lifecycle/logto-client";
import { readBody } from "./read-body";

/** In bytes. A logout token has about 700. */
const maxBodyBytes = 16 * 1024;
/** `Retry-After` in an outage of Logto or the database, in seconds. */
const retryAfter = 5;

const noStore = { "cache-control": "no-store" };

/**
 * Receives a logout token: the user signed out at Logto, so the sessions here end too (OpenID
 * Connect Back-Channel Logout 1.0).
 *
 * @returns 200 when they have ended, 400 with a JSON error for a bad request, 503 in an outage
 */
export async function handleBackchannelLogout(request: Request): Promise<Response> {
  try {
    const logoutToken = await readLogoutToken(request);
    if (logoutToken === undefined) {
      return badRequest(
        `The request must be a form of at most ${maxBodyBytes} bytes with exactly one logout_token.`,
      );
    }
    const { subject, logtoSessionId, issuedAt } = await verifyLogoutToken(
      logtoClient(),
      logoutToken,
    );
    // Sessions that began later stay, so that a replayed token ends nothing. `iat` has whole
    // seconds, so the rest of its second counts.
    const which = { subject, logtoSessionId, before: issuedAt * 1000 + 999 };
    const sessions = await endSessions(which, "session revoked");
    log.info("back-channel logout", { user: subject, sessions });
    return new Response(null, { status: 200, headers: noStore });
  } catch (error) {
    if (error instanceof LogoutTokenError) return badRequest(error.message, error.code);
    if (!isLogtoError(error) && !isDatabaseError(error)) throw error;
    log.error("back-channel logout failed", { reason: error.message });
    const body = { error: "temporarily_unavailable", error_description: "Try again later." };
    return Response.json(body, {
      status: 503,
      headers: { ...noStore, "retry-after": String(retryAfter) },
    });
  }
}

function badRequest(description: string, code?: string): Response {
  log.warn("back-channel logout rejected", { code, reason: description });
  const body = { error: "invalid_request", error_description: description, code };
  return Response.json(body, { status: 400, headers: noStore });
}

/** The logout token of the form (§2.5); undefined for any other body. */
async function readLogoutToken(request: Request): Promise<string | undefined> {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/x-www-form-urlencoded") return undefined;
  const body = await readBody(request, maxBodyBytes).catch(() => undefined);
  const [logoutToken, ...others] = new URLSearchParams(body?.toString()).getAll("logout_token");
  return others.length === 0 && logoutToken ? logoutToken : undefined;
}
