import "server-only";
import { env } from "@/lib/env";
import { LogtoError } from "@/lib/logto/errors";
import { managementApi } from "@/lib/logto/management";
import { logFailure, toSessionError } from "@/lib/session/lifecycle/to-session-error";

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
  try {
    const client = credentials();
    if (!client) throw new LogtoError("rejected", "invitations need LOGTO_M2M_ID and AUTH_URL");
    return await use(managementApi(client));
  } catch (error) {
    logFailure("request to the Management API failed", error, {});
    throw toSessionError(error);
  }
}
