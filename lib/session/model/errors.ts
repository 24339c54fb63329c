import { hasErrorName } from "@/lib/process-wide";

const notAllowed = "You are signed in, but not allowed to do this.";
const misconfigured = "This site is not set up for it. The server's log has the reason.";
const tryLater = "Try again in a moment.";

/**
 * Why something that needs a session, or an access token, can't be done: the HTTP status that a
 * handler answers with, and its message. `components/session/session-errors.ts` has what a page says.
 */
const errors = {
  /** There is no session. */
  signed_out: { status: 401, message: "Sign in to use this." },
  /** Logto refused the grant. */
  session_ended: { status: 401, message: "Your session has ended. Sign in again." },
  /** Logto gave no refresh token at sign-in, so there is nothing to get other tokens with. */
  no_refresh_token: { status: 403, message: notAllowed },
  /** The user lacks the role or the permission that this needs. */
  not_allowed: { status: 403, message: notAllowed },
  /** The user is not a member of the organization that was named. */
  not_a_member: { status: 403, message: notAllowed },
  /** The scope that this needs was not asked for at sign-in (LOGTO_SCOPES). */
  scope_missing: { status: 403, message: notAllowed },
  /** The resource is not in LOGTO_RESOURCES, or not known to Logto. */
  resource_not_configured: { status: 500, message: misconfigured },
  /**
   * No API resource is configured, or none of its permissions: there is nothing to ask Logto for.
   */
  api_not_configured: {
    status: 404,
    message: "No API is set up: LOGTO_RESOURCES needs its indicator, LOGTO_SCOPES its permissions.",
  },
  /** This needs a sign-in of the last few minutes. */
  sign_in_again: { status: 403, message: "Sign in again to do this." },
  /** The database does not answer. Nothing is lost. */
  database_unavailable: { status: 503, message: tryLater },
  /** Logto does not answer. The user stays signed in. */
  provider_unavailable: { status: 503, message: tryLater },
  /** Logto refuses the configuration, such as the client secret: the operator's fault. */
  provider_refused: { status: 500, message: misconfigured },
};

/** @see errors */
export type SessionErrorCode = keyof typeof errors;

/**
 * Thrown by the guards and by what gets tokens. Its message is for developers, and holds no token.
 */
export class SessionError extends Error {
  override name = "SessionError";

  /** The HTTP status that a handler answers with. */
  readonly status: number;
  /** What Next.js passes on to `error.tsx` in production, where the browser gets no message. */
  readonly digest: string;

  constructor(
    readonly code: SessionErrorCode,
    message: string,
  ) {
    super(message);
    // Where a page throws it, Next.js prints this: an outage is no bug to be traced, and its line
    // is in the log already.
    this.stack = `${this.name}: ${message}`;
    this.status = errors[code].status;
    this.digest = `session:${code}`;
  }
}

/** Whether an error is a SessionError, of whichever bundle. */
export const isSessionError = (error: unknown): error is SessionError =>
  hasErrorName(error, "SessionError");

/**
 * For `catch`: the error as one to explain.
 *
 * @throws whatever is none of the session's errors
 */
export function asSessionError(error: unknown): SessionError {
  if (isSessionError(error)) return error;
  throw error;
}

/**
 * The answer of a handler that needs a session, or something of it, and can't have it.
 *
 * @returns 401 with a challenge, 403, 500, or 503 with the time to wait; JSON with `error`, the
 *   code, and `message`
 */
export function errorResponse({ code, status }: Pick<SessionError, "code" | "status">): Response {
  const headers = new Headers({ "cache-control": "private, no-store" });
  // RFC 9110 §15.5.2 wants a challenge with a 401; a session is no scheme of the registry, so it
  // names itself.
  if (status === 401) headers.set("www-authenticate", "Session");
  if (status === 503) headers.set("retry-after", "5");
  return Response.json({ error: code, message: errors[code].message }, { status, headers });
}

/**
 * Error codes that the sign-in page explains. Auth.js itself tells a browser `Configuration` for
 * nearly everything, an outage of the provider included.
 */
export type SignInError =
  | "AccessDenied"
  | "Configuration"
  | "DatabaseUnavailable"
  | "InvalidCheck"
  | "OAuthCallbackError"
  | "ProviderUnavailable"
  | "SessionEnded"
  | "SessionUnreadable";
