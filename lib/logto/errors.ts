import { hasErrorName } from "@/lib/process-wide";

/**
 * Why Logto did not do what it was asked (logto-facts "Errors"; RFC 6749 §5.2, RFC 8707 §2).
 *
 * - `invalid_grant`: the refresh token is expired, revoked or used up; the user signs in again.
 * - `invalid_client`: client id or secret are wrong; the operator's fault.
 * - `invalid_target`: the resource is unknown or was not asked for at sign-in.
 * - `access_denied`: the user is not a member of the organization.
 * - `insufficient_scope`: the scope that this needs was not asked for at sign-in.
 * - `invalid_token`: userinfo rejected the access token.
 * - `unavailable`: no answer, a 5xx or one that can't be read; says nothing about the grant.
 * - `rejected`: any other refusal; or a discovery document that can't be used.
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
 * A request to Logto failed. The message is for the operator's log and holds no token or secret.
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
}

/** Whether an error is a LogtoError, of whichever bundle. */
export const isLogtoError = (error: unknown): error is LogtoError =>
  hasErrorName(error, "LogtoError");
