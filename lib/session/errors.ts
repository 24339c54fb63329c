import { isNamed } from "@/lib/shared";

/**
 * Why something that needs a session, or an access token, can't be done.
 *
 * - `signed_out`: there is no session.
 * - `session_ended`: Logto ended the grant; the user signs in again.
 * - `no_refresh_token`: Logto gave none at sign-in, so there is nothing to get other tokens with.
 * - `not_allowed`: the user lacks the role or the permission that this needs.
 * - `not_a_member`: of the organization that was named.
 * - `scope_missing`: the scope that this needs was not asked for at sign-in (LOGTO_SCOPES).
 * - `resource_not_configured`: the resource is not in LOGTO_RESOURCES.
 * - `sign_in_again`: what is asked for needs a sign-in of the last few minutes.
 * - `database_unavailable`: the database does not answer; nothing is lost, and the user tries again.
 * - `provider_unavailable`: Logto does not answer; the user stays signed in and tries again.
 * - `provider_refused`: Logto refuses the configuration, such as the client secret; the operator's fault.
 */
export type SessionErrorCode = keyof typeof statuses;

const statuses = {
  signed_out: 401,
  session_ended: 401,
  no_refresh_token: 403,
  not_allowed: 403,
  not_a_member: 403,
  scope_missing: 403,
  resource_not_configured: 500,
  sign_in_again: 403,
  database_unavailable: 503,
  provider_unavailable: 503,
  provider_refused: 500,
};

/** Thrown by the guards and by what gets tokens. Its message is for developers; it holds no token. */
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
    // Where a page throws it, Next.js prints this: an outage is no bug to be traced, and its line is in the log already.
    this.stack = `${this.name}: ${message}`;
    this.status = statuses[code];
    this.digest = `session:${code}`;
  }
}

/** Whether an error is a SessionError, of whichever bundle. */
export const isSessionError = (error: unknown): error is SessionError => isNamed(error, "SessionError");

/** Why there is no session to work with. @param status `ended` where Logto ended it */
export function noSession(status: string): SessionError {
  return status === "ended"
    ? new SessionError("session_ended", "Logto ended the session's grant")
    : new SessionError("signed_out", "this needs a session");
}

/**
 * For `catch`: the error as one to explain.
 *
 * @throws whatever is none of the session's errors
 */
export function asSessionError(error: unknown): SessionError {
  if (isSessionError(error)) return error;
  throw error;
}
