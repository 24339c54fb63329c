import type { UserClaims } from "@/lib/logto/claims";
import type { SessionUser } from "@/lib/session/model/public-session";

/** An organization that the user is a member of, with the user's roles there. */
export interface Membership {
  id: string;
  /** Only userinfo has the name and the description. */
  name: string | null;
  description: string | null;
  roles: string[];
}

/**
 * The user's memberships.
 *
 * @param userinfo the claims from userinfo, if available: they have names and descriptions, and
 *   changes since the session's last renewal
 */
export function membershipsOf(user: SessionUser, userinfo?: UserClaims): Membership[] {
  const roles = userinfo?.organization_roles ?? user.organizationRoles;
  return userinfo?.organization_data
    ? userinfo.organization_data.map(({ id, name, description = null }) => ({
        id,
        name,
        description,
        roles: rolesIn(roles, id),
      }))
    : user.organizations.map((id) => ({
        id,
        name: null,
        description: null,
        roles: rolesIn(roles, id),
      }));
}

/** @param organizationRoles strings of the form `organizationId:role` */
function rolesIn(organizationRoles: string[], id: string): string[] {
  return organizationRoles
    .filter((entry) => entry.startsWith(`${id}:`))
    .map((entry) => entry.slice(id.length + 1));
}
