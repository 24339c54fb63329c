import type { ResourceServer, ResourceServerInstance } from "oidc-provider";
import { errors } from "./library";
import { apiResources, organizationRolePermissions, rolePermissions } from "./seed";
import type { User } from "./directory";

/** The resource indicator by which organization permissions are asked for at the authorization endpoint. */
const organizationResource = "urn:logto:resource:organizations";

const allOrganizationPermissions = [...new Set(Object.values(organizationRolePermissions).flat())];

/** The permissions that `user` holds on an API resource now, by role. */
function permissionsHeld(user: User, indicator: string): string[] {
  return [...new Set(user.roles.flatMap((role) => rolePermissions[role]?.[indicator] ?? []))];
}

/** The permissions that `user` holds in an organization now, by organization role. */
function organizationPermissionsHeld(user: User, organizationId: string): string[] {
  const roles = user.organizations.find(({ id }) => id === organizationId)?.roles ?? [];
  return [...new Set(roles.flatMap((role) => organizationRolePermissions[role] ?? []))];
}

/**
 * Describes the access tokens of a resource to oidc-provider. `scope` is what `user` may do there now or, without a
 * user, what may be asked for: the two make what is granted (Logto facts: tokens).
 * @throws InvalidTarget for a resource that isn't registered.
 */
export function describeResource(
  indicator: string,
  user: User | undefined,
  lifetime: number,
): ResourceServer {
  if (indicator === organizationResource) return jwtFor(indicator, allOrganizationPermissions, lifetime);
  const resource = apiResources.find((one) => one.indicator === indicator);
  if (!resource) throw new errors.InvalidTarget();
  return jwtFor(indicator, user ? permissionsHeld(user, indicator) : resource.permissions, lifetime);
}

/** The same for an organization token: its audience is the organization itself. */
export function describeOrganization(
  organizationId: string,
  user: User,
  lifetime: number,
): ResourceServerInstance {
  const audience = `urn:logto:organization:${organizationId}`;
  return resourceServer(
    audience,
    jwtFor(audience, organizationPermissionsHeld(user, organizationId), lifetime),
  );
}

/** What the library keeps on an access token; it makes the same of `describeResource` where it issues one itself. */
export function resourceServer(indicator: string, description: ResourceServer): ResourceServerInstance {
  return { ...description, scopes: new Set(description.scope.split(" ")), identifier: () => indicator };
}

function jwtFor(audience: string, permissions: string[], lifetime: number): ResourceServer {
  return {
    audience,
    scope: permissions.join(" "),
    accessTokenTTL: lifetime,
    accessTokenFormat: "jwt",
    jwt: { sign: { alg: "ES384" } },
  };
}
