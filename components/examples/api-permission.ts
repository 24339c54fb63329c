import { apiResources, env } from "@/lib/env";
import { claimScopes } from "@/lib/logto/claims";
import { SessionError } from "@/lib/session/model/errors";

/** Scopes that say who the user is. The others are permissions. */
const identityScopes = new Set(["openid", "offline_access", ...Object.values(claimScopes)]);

/**
 * The permission that the examples ask for, whatever tenant there is: at the API of API_RESOURCE,
 * or the first one of LOGTO_RESOURCES; `write`, or the first permission of LOGTO_SCOPES. In an app
 * of your own both are constants.
 *
 * @throws SessionError `api_not_configured`
 */
export function apiPermission(): { resource: string; scope: string } {
  const { API_RESOURCE, LOGTO_SCOPES } = env();
  const resource = API_RESOURCE ?? apiResources()[0];
  const permissions = LOGTO_SCOPES.filter((scope) => !identityScopes.has(scope));
  const scope = permissions.includes("write") ? "write" : permissions[0];
  if (!resource || !scope)
    throw new SessionError(
      "api_not_configured",
      "LOGTO_RESOURCES or LOGTO_SCOPES names nothing to ask for",
    );
  return { resource, scope };
}
