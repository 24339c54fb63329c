import { isDatabaseError } from "@/lib/database-error";
import { toLogtoError } from "@/lib/logto/client";
import type { LogtoErrorCode } from "@/lib/logto/errors";
import { isSessionError, SessionError, type SessionErrorCode } from "../model/errors";

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

/** Logto's refusal in terms of the session. */
export function toSessionError(error: unknown): SessionError {
  if (isSessionError(error)) return error;
  const { code, message, cause } = toLogtoError(error);
  const isOutage = isDatabaseError(error) || isDatabaseError(cause);
  return new SessionError(isOutage ? "database_unavailable" : codes[code], message);
}

/** Reports an outage of the database as `database_unavailable`. @throws SessionError */
export async function asSession<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    throw new SessionError("database_unavailable", error.message);
  }
}
