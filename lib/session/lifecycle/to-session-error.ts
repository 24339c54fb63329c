import { isDatabaseError } from "@/lib/database-error";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import type { LogtoErrorCode } from "@/lib/logto/errors";
import type { SessionErrorCode } from "../model/error-messages";
import { isSessionError, SessionError } from "../model/errors";

const codes: Record<LogtoErrorCode, SessionErrorCode> = {
  invalid_grant: "session_ended",
  invalid_client: "provider_refused",
  invalid_target: "resource_not_configured",
  access_denied: "not_a_member",
  insufficient_scope: "scope_missing",
  invalid_token: "session_ended",
  unavailable: "provider_unavailable",
  rejected: "provider_refused",
};

/** Converts an error of Logto or the database into a SessionError. */
export function toSessionError(error: unknown): SessionError {
  if (isSessionError(error)) return error;
  const { code, message, cause } = toLogtoError(error);
  const isOutage = isDatabaseError(error) || isDatabaseError(cause);
  return new SessionError(isOutage ? "database_unavailable" : codes[code], message);
}

/** Reports an outage of the database as `database_unavailable`. @throws SessionError */
export async function outageAsSessionError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    throw new SessionError("database_unavailable", error.message);
  }
}

/**
 * Logs a failed request to Logto. Not `invalid_grant`, which is logged where it ends the session,
 * and not `access_denied`: it only means that the user is not a member of an organization.
 *
 * @param fields for the log, such as the user
 */
export function logFailure(event: string, error: unknown, fields: Record<string, unknown>): void {
  const { code, message: reason } = toLogtoError(error);
  if (code === "invalid_grant" || code === "access_denied") return;
  log[code === "unavailable" ? "warn" : "error"](event, { ...fields, code, reason });
}
