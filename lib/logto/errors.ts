import { hasErrorName } from "@/lib/process-wide";

/**
 * Why a request to Logto failed (logto-facts "Errors"; RFC 6749 §5.2, RFC 8707 §2).
 *
 * - `invalid_grant`: the refresh token is expired, revoked or already used. The user has to sign in
 *   again.
 * - `invalid_client`: the client id or secret is wrong. The operator has to fix it.
 * - `invalid_target`: the resource is unknown or was not requested at sign-in.
 * - `access_denied`: the user is not a member of the organization.
 * - `insufficient_scope`: the required scope was not requested at sign-in.
 * - `invalid_token`: userinfo rejected the access token.
 * - `unavailable`: no response, a 5xx, 408 or 429, or an unreadable response. Says nothing about the grant.
 * - `rejected`: any other error response, or a discovery document that cannot be used.
 */
export type LogtoErrorCode =
  | "invalid_grant"
  | "invalid_client"
  | "invalid_target"
  | "access_denied"
  | "insufficient_scope"
  | "invalid_token"
  | "unavailable"
  | "rejected";

/**
 * A request to Logto failed, or was not sent because the session is over. The message is for the
 * operator's log and contains no token or secret.
 */
export class LogtoError extends Error {
  override name = "LogtoError";

  constructor(
    readonly code: LogtoErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the error says nothing about the user or the request, and a later retry may work. */
  get isTemporary(): boolean {
    return ["unavailable", "invalid_client", "rejected"].includes(this.code);
  }
}

/** Whether an error is a LogtoError, including one created in another bundle. */
export const isLogtoError = (error: unknown): error is LogtoError =>
  hasErrorName(error, "LogtoError");
