import type { Session } from "next-auth";
import { getAccessToken, type AccessTokenTarget } from "./access-token";
import { SessionError } from "./errors";

/** What a session has to meet, all of it. */
export interface Requirement {
  /** A role of the user at Logto. */
  role?: string | undefined;
  /** Membership of an organization, with a role in it where one is named. */
  organization?: { id: string; role?: string | undefined } | undefined;
  /** A permission: a scope of the access token for an API resource, for an organization, or for both. */
  permission?: (AccessTokenTarget & { scope: string }) | undefined;
}

/**
 * Checks what a session may do: by its claims, which are as old as its access token at most, and for permissions by Logto's
 * own word, the scopes of a token.
 *
 * @throws SessionError `not_allowed`, `not_a_member`, or why an access token can't be had
 */
export async function meet(
  { user }: Session,
  { role, organization, permission }: Requirement,
): Promise<void> {
  if (role !== undefined && !user.roles.includes(role)) throw lacks(`the role ${role}`);
  if (organization) {
    const { id, role: roleThere } = organization;
    if (!user.organizations.includes(id))
      throw new SessionError("not_a_member", `this needs membership of the organization ${id}`);
    if (roleThere !== undefined && !user.organizationRoles.includes(`${id}:${roleThere}`))
      throw lacks(`the role ${roleThere} in the organization ${id}`);
  }
  if (permission) {
    const { scope, ...target } = permission;
    if (!(await getAccessToken(target)).scopes.includes(scope)) throw lacks(`the permission ${scope}`);
  }
}

const lacks = (what: string) => new SessionError("not_allowed", `this needs ${what}`);
