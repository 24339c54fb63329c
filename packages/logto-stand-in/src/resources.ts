import type { ResourceServer, ResourceServerInstance } from "oidc-provider";
import { errors } from "./library.js";
import type { Directory, User } from "./directory.js";

/** The indicator of Logto's Management API. */
export const managementResource = "https://default.logto.app/api";

/** The resource indicator with which an authorization request asks for organization permissions. */
const organizationResource = "urn:logto:resource:organizations";

/**
 * Returns the permissions that `user` has now for an API resource: from the user's own roles and
 * from the roles in organizations, or in the one of `organizationId` (Logto facts: tokens).
 */
function currentPermissions(
  { roles, tenant }: Directory,
  user: User,
  indicator: string,
  organizationId: string | undefined,
): string[] {
  const own = user.roles.map((role) => roles.get(role));
  const inOrganizations = user.organizations
    .filter(({ id }) => organizationId === undefined || id === organizationId)
    .flatMap(({ roles }) => roles.map((role) => tenant.organizationRoles[role]?.apiPermissions));
  return [
    ...new Set(
      [...own, ...inOrganizations].flatMap((permissions) => permissions?.[indicator] ?? []),
    ),
  ];
}

/** Returns the permissions that `user` has now in an organization, from its organization roles. */
function currentOrganizationPermissions(
  { tenant }: Directory,
  user: User,
  organizationId: string,
): string[] {
  const roles = user.organizations.find(({ id }) => id === organizationId)?.roles ?? [];
  return [...new Set(roles.flatMap((role) => tenant.organizationRoles[role]?.permissions ?? []))];
}

interface ResourceRequest {
  directory: Directory;
  indicator: string;
  /** Absent before the sign-in: nothing can be granted then. */
  user: User | undefined;
  /** Whether the client is a machine-to-machine application. Absent: it is not. */
  isMachine?: boolean | undefined;
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
  const { directory, indicator, user, isMachine, organizationId, lifetime } = request;
  const { organizationRoles, apiResources } = directory.tenant;
  if (indicator === organizationResource) {
    const permissions = Object.values(organizationRoles).flatMap((role) => role.permissions);
    return jwtFor(indicator, [...new Set(permissions)], lifetime);
  }
  if (indicator === managementResource)
    return jwtFor(indicator, isMachine ? ["all"] : [], lifetime);
  if (!apiResources.some((resource) => resource.indicator === indicator))
    throw new errors.InvalidTarget();
  return jwtFor(
    indicator,
    user ? currentPermissions(directory, user, indicator, organizationId) : [],
    lifetime,
  );
}

/** Describes an organization token: its audience is the organization itself. */
export function describeOrganization(
  directory: Directory,
  organizationId: string,
  user: User,
  lifetime: number,
): ResourceServerInstance {
  const audience = `urn:logto:organization:${organizationId}`;
  return resourceServer(
    audience,
    jwtFor(audience, currentOrganizationPermissions(directory, user, organizationId), lifetime),
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
