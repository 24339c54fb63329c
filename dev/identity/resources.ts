import type { ResourceServer, ResourceServerInstance } from "oidc-provider";
import { errors } from "./library";
import { apiResources, organizationRoleApiPermissions, organizationRolePermissions } from "./seed";
import type { Directory, User } from "./directory";

/**
 * The resource indicator by which organization permissions are asked for at the authorization
 * endpoint.
 */
const organizationResource = "urn:logto:resource:organizations";

const allOrganizationPermissions = [...new Set(Object.values(organizationRolePermissions).flat())];

/**
 * The permissions that `user` holds on an API resource now: by the user's own roles, and by the
 * roles in organizations, of which `organizationId` leaves one (Logto facts: tokens).
 */
function permissionsHeld(
  roles: Directory["roles"],
  user: User,
  indicator: string,
  organizationId: string | undefined,
): string[] {
  const own = user.roles.map((role) => roles.get(role));
  const inOrganizations = user.organizations
    .filter(({ id }) => organizationId === undefined || id === organizationId)
    .flatMap(({ roles }) => roles.map((role) => organizationRoleApiPermissions[role]));
  return [
    ...new Set(
      [...own, ...inOrganizations].flatMap((permissions) => permissions?.[indicator] ?? []),
    ),
  ];
}

/** The permissions that `user` holds in an organization now, by organization role. */
function organizationPermissionsHeld(user: User, organizationId: string): string[] {
  const roles = user.organizations.find(({ id }) => id === organizationId)?.roles ?? [];
  return [...new Set(roles.flatMap((role) => organizationRolePermissions[role] ?? []))];
}

interface ResourceRequest {
  roles: Directory["roles"];
  indicator: string;
  /** Absent before somebody has signed in: nothing can be granted then. */
  user: User | undefined;
  /** Absent: every organization of the user counts. */
  organizationId: string | undefined;
  /** Seconds. */
  lifetime: number;
}

/**
 * Describes the access tokens of a resource to oidc-provider. `scope` is what may be granted there
 * now. The library asks at the authorization endpoint, for the grant, and again for each token, so
 * a permission is granted that was held at both times. Those of organizations are the exception:
 * any may be put into the grant (Logto facts: tokens).
 *
 * @throws InvalidTarget for a resource that isn't registered.
 */
export function describeResource(request: ResourceRequest): ResourceServer {
  const { roles, indicator, user, organizationId, lifetime } = request;
  if (indicator === organizationResource)
    return jwtFor(indicator, allOrganizationPermissions, lifetime);
  if (!apiResources.some((one) => one.indicator === indicator)) throw new errors.InvalidTarget();
  return jwtFor(
    indicator,
    user ? permissionsHeld(roles, user, indicator, organizationId) : [],
    lifetime,
  );
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

/**
 * What the library keeps on an access token; it makes the same of `describeResource` where it
 * issues one itself.
 */
export function resourceServer(
  indicator: string,
  description: ResourceServer,
): ResourceServerInstance {
  return {
    ...description,
    scopes: new Set(description.scope.split(" ")),
    identifier: () => indicator,
  };
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
