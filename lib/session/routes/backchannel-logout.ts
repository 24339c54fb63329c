import { isDatabaseError } from "@/lib/database-error";
import { log } from "@/lib/log";
import { isLogtoError } from "@/lib/logto/errors";
import { LogoutTokenError, verifyLogoutToken } from "@/lib/logto/logout-token";
import { endSessions } from "../lifecycle/ending";
import { logtoClient } from "../lifecycle/logto-client";

/** In bytes; a logout token has some 700. */
const maxBodyBytes = 16 * 1024;
/** What a caller is told to wait when Logto or the database does not answer, in seconds. */
const retryAfter = 5;

const noStore = { "cache-control": "no-store" };

/**
 * Logto's word that somebody signed out there: their sessions end here, too (OpenID Connect
 * Back-Channel Logout 1.0).
 *
 * @returns 200 when they have, 400 with a JSON error for a bad request, 503 when it can't be told
 *   or done just now
 */
export async function handleBackchannelLogout(request: Request): Promise<Response> {
  try {
    const logoutToken = await readLogoutToken(request);
    if (logoutToken === undefined) {
      return badRequest(
        `The request is no form of ${maxBodyBytes} bytes at most with one logout_token.`,
      );
    }
    const { subject, logtoSessionId, issuedAt } = await verifyLogoutToken(
      logtoClient(),
      logoutToken,
    );
    // What began later stays, so that a token that is used again ends nothing.
    // The whole second that it names counts.
    const which = { subject, logtoSessionId, before: issuedAt * 1000 + 999 };
    const sessions = await endSessions(which, "session revoked");
    log.info("back-channel logout", { user: subject, sessions });
    return new Response(null, { status: 200, headers: noStore });
  } catch (error) {
    if (error instanceof LogoutTokenError) return badRequest(error.message, error.code);
    if (!isLogtoError(error) && !isDatabaseError(error)) throw error;
    log.error("back-channel logout not possible", { reason: error.message });
    const body = { error: "temporarily_unavailable", error_description: "Try again later." };
    return Response.json(body, {
      status: 503,
      headers: { ...noStore, "retry-after": String(retryAfter) },
    });
  }
}

function badRequest(description: string, code?: string): Response {
  log.warn("back-channel logout refused", { code, reason: description });
  const body = { error: "invalid_request", error_description: description, code };
  return Response.json(body, { status: 400, headers: noStore });
}

/** The form's one logout token (§2.5), or undefined where the body is anything else. */
async function readLogoutToken(request: Request): Promise<string | undefined> {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/x-www-form-urlencoded") return undefined;
  const body = await readText(request, maxBodyBytes).catch(() => undefined);
  const [logoutToken, ...others] = new URLSearchParams(body).getAll("logout_token");
  return others.length === 0 && logoutToken ? logoutToken : undefined;
}

/**
 * The body, or undefined where it has more than `limit` bytes: nothing larger is kept, whatever its
 * header says.
 */
async function readText({ body }: Request, limit: number): Promise<string | undefined> {
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
    size += read.value.byteLength;
    if (size > limit) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(read.value);
  }
  return Buffer.concat(chunks).toString();
}
