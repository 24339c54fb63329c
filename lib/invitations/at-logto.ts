import "server-only";
import { env } from "@/lib/env";
import { managementApi } from "@/lib/logto/management";
import { logFailure, toSessionError } from "@/lib/session/lifecycle/to-session-error";
import { SessionError } from "@/lib/session/model/errors";

/** Whether this app has the credentials for Logto's Management API. */
export const hasInvitations = (): boolean => env().LOGTO_M2M_ID !== undefined;

/**
 * Calls Logto's Management API, and logs a failure.
 *
 * @throws SessionError `provider_unavailable` or `provider_refused`
 */
export async function atLogto<T>(
  use: (api: ReturnType<typeof managementApi>) => Promise<T>,
): Promise<T> {
  const { AUTH_LOGTO_ISSUER: issuer, LOGTO_M2M_RESOURCE: resource, ...variables } = env();
  const { LOGTO_M2M_ID: clientId, LOGTO_M2M_SECRET: clientSecret } = variables;
  if (!clientId || !clientSecret)
    throw new SessionError("provider_refused", "LOGTO_M2M_ID is not set");
  try {
    return await use(managementApi({ issuer, clientId, clientSecret, resource }));
  } catch (error) {
    logFailure("request to the Management API failed", error, {});
    throw toSessionError(error);
  }
}
