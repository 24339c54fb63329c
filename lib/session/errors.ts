/**
 * Why something that needs a session, or an access token, can't be done.
 *
 * - `signed_out`: there is no session.
 * - `session_ended`: Logto ended the grant; the user signs in again.
 * - `no_grant`: the session has no refresh token of Logto, so there is nothing to get other tokens with.
 * - `not_a_member`: of the organization that was named.
 * - `scope_missing`: the scope that this needs was not asked for at sign-in (LOGTO_SCOPES).
 * - `resource_not_configured`: the resource is not in LOGTO_RESOURCES.
 * - `provider_unavailable`: Logto does not answer; the user stays signed in and tries again.
 * - `provider_refused`: Logto refuses the configuration, such as the client secret; the operator's fault.
 */
export type SessionErrorCode = keyof typeof statuses;

const statuses = {
  signed_out: 401,
  session_ended: 401,
  no_grant: 403,
  not_a_member: 403,
  scope_missing: 403,
  resource_not_configured: 500,
  provider_unavailable: 503,
  provider_refused: 500,
};

/** Thrown by the guards and by what gets tokens. Its message is for developers; it holds no token. */
export class SessionError extends Error {
  override name = "SessionError";
  /** The HTTP status that a handler answers with. */
  readonly status: number;

  constructor(
    readonly code: SessionErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.status = statuses[code];
  }
}
