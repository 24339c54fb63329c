import type { ResourceServer, ResourceServerInstance } from "oidc-provider";
import { errors } from "./library";
import { apiResources, organizationRoleApiPermissions, organizationRolePermissions } from "./seed";
import type { Directory, User } from "./directory";

/** The resource indicator with which an authorization request asks for organization permissions. */
const organizationResource = "urn:logto:resource:organizations";

const allOrganizationPermissions = [...new Set(Object.values(organizationRolePermissions).flat())];

/**
 * Returns the permissions that `user` has now for an API resource: from the user's own roles and
 * from the roles in organizations, or in the one of `organizationId` (Logto facts: tokens).
 */
function currentPermissions(
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

/** Returns the permissions that `user` has now in an organization, from its organization roles. */
function currentOrganizationPermissions(user: User, organizationId: string): string[] {
  const roles = user.organizations.find(({ id }) => id === organizationId)?.roles ?? [];
  return [...new Set(roles.flatMap((role) => organizationRolePermissions[role] ?? []))];
}

interface ResourceRequest {
  roles: Directory["roles"];
  indicator: string;
  /** Absent before the sign-in: nothing can be granted then. */
  user: User | undefined;
  /** Absent: all organizations of the user count. */
  organizationId: string | undefined;
  /** Seconds. */
  lifetime: number;
}

/**
 * Describes the access tokens of a resource to oidc-provider. `scope` holds the permissions that
 * may be granted now. The library calls it at the authorization endpoint, for the grant, and again
 * for each token, so a token has only the permissions that the user had at both times. Organization
 * permissions are the exception: the grant may hold any of them (Logto facts: tokens).
 *
 * @throws InvalidTarget for a resource that isn't registered.
 */
export function describeResource(request: ResourceRequest): ResourceServer {
  const { roles, indicator, user, organizationId, lifetime } = request;
  if (indicator === organizationResource)
    return jwtFor(indicator, allOrganizationPermissions, lifetime);
  if (!apiResources.some((resource) => resource.indicator === indicator))
    throw new errors.InvalidTarget();
  return jwtFor(
    indicator,
    user ? currentPermissions(roles, user, indicator, organizationId) : [],
    lifetime,
  );
}

/** Describes an organization token: its audience is the organization itself. */
export function describeOrganization(
  organizationId: string,
  user: User,
  lifetime: number,
): ResourceServerInstance {
  const audience = `urn:logto:organization:${organizationId}`;
  return resourceServer(
    audience,
    jwtFor(audience, currentOrganizationPermissions(user, organizationId), lifetime),
  );
}

/**
 * Returns the resource server that the library stores on an access token. The library builds the
 * same object from `describeResource` when it issues the token itself.
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
