import "server-only";
import { env } from "@/lib/env";
import { managementApi, managementResource } from "@/lib/logto/management";
import { logFailure, toSessionError } from "@/lib/session/lifecycle/to-session-error";
import { SessionError } from "@/lib/session/model/errors";

/** The credentials for the Management API, and the address in links. Undefined if one is unset. */
function settings() {
  const { AUTH_LOGTO_ISSUER: issuer, AUTH_URL, ...variables } = env();
  const { LOGTO_M2M_ID: clientId, LOGTO_M2M_SECRET: clientSecret } = variables;
  if (!AUTH_URL || !clientId || !clientSecret) return undefined;
  const resource = variables.LOGTO_M2M_RESOURCE ?? managementResource(issuer);
  return { AUTH_URL, client: { issuer, clientId, clientSecret, resource } };
}

/** Whether this app can invite users: LOGTO_M2M_ID, LOGTO_M2M_SECRET and AUTH_URL are set. */
export const hasInvitations = (): boolean => settings() !== undefined;

const notConfigured = () =>
  new SessionError("provider_refused", "invitations need LOGTO_M2M_ID, _SECRET and AUTH_URL");

/**
 * The absolute URL of a path for a mail. It depends on AUTH_URL alone: the user who sends a mail
 * could make up the headers of the request, and so lead the link to another host.
 *
 * @throws SessionError `provider_refused` if hasInvitations is false
 */
export function urlForMail(path: string): string {
  const found = settings();
  if (!found) throw notConfigured();
  return new URL(path, found.AUTH_URL).href;
}

/**
 * Calls Logto's Management API, and logs a failure.
 *
 * @throws SessionError `provider_unavailable`, or `provider_refused`
 */
export async function atLogto<T>(
  use: (api: ReturnType<typeof managementApi>) => Promise<T>,
): Promise<T> {
  const found = settings();
  if (!found) throw notConfigured();
  try {
    return await use(managementApi(found.client));
  } catch (error) {
    logFailure("request to the Management API failed", error, {});
    throw toSessionError(error);
  }
}
