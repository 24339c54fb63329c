import "server-only";
import { env } from "@/lib/env";
import { managementApi } from "@/lib/logto/management";
import { logFailure, toSessionError } from "@/lib/session/lifecycle/to-session-error";
import { SessionError } from "@/lib/session/model/errors";

/** The credentials for Logto's Management API. Undefined without AUTH_URL: mails need its links. */
function credentials() {
  const { AUTH_URL, AUTH_LOGTO_ISSUER: issuer, LOGTO_M2M_RESOURCE: resource, ...rest } = env();
  const { LOGTO_M2M_ID: clientId, LOGTO_M2M_SECRET: clientSecret } = rest;
  return AUTH_URL && clientId && clientSecret
    ? { issuer, clientId, clientSecret, resource }
    : undefined;
}

/** Whether this app can invite users. */
export const hasInvitations = (): boolean => credentials() !== undefined;

/**
 * Calls Logto's Management API, and logs a failure.
 *
 * @throws SessionError `provider_unavailable` or `provider_refused`
 */
export async function atLogto<T>(
  use: (api: ReturnType<typeof managementApi>) => Promise<T>,
): Promise<T> {
  const client = credentials();
  if (!client)
    throw new SessionError("provider_refused", "invitations need LOGTO_M2M_ID and AUTH_URL");
  try {
    return await use(managementApi(client));
  } catch (error) {
    logFailure("request to the Management API failed", error, {});
    throw toSessionError(error);
  }
}
