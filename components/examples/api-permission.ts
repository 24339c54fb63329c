import { apiResources, env } from "@/lib/env";
import { claimScopes } from "@/lib/logto/claims";
import { SessionError } from "@/lib/session/model/errors";

/** Scopes about the user's identity. All others are permissions. */
const identityScopes = new Set(["openid", "offline_access", ...Object.values(claimScopes)]);

/**
 * The permission that the examples require, for any tenant. The resource is API_RESOURCE, or else
 * the first of LOGTO_RESOURCES. The scope is `write` if LOGTO_SCOPES has it, or else the first
 * permission there. In your own app, both are constants.
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
      "LOGTO_RESOURCES names no API resource, or LOGTO_SCOPES no permission",
    );
  return { resource, scope };
}
