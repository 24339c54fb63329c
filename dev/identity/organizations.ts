import { errors } from "./library";
import type { User } from "./directory";

/**
 * Checks that an organization token may be issued. Both refusals are 403 and come before the
 * refresh token is consumed, so that they cost the client nothing (Logto facts: organization
 * tokens).
 * @throws AccessDenied when the user isn't a member, or there is no such organization.
 * @throws InsufficientScope when the organizations scope wasn't asked for at the authorization
 *   endpoint.
 */
export function assertOrganizationAccess(
  user: User,
  organizationId: string,
  scopes: ReadonlySet<string>,
): void {
  if (!user.organizations.some(({ id }) => id === organizationId)) {
    const error = new errors.AccessDenied("user is not a member of the organization");
    error.statusCode = 403;
    throw error;
  }
  const required = "urn:logto:scope:organizations";
  if (!scopes.has(required)) {
    throw new errors.InsufficientScope("refresh token missing required scope", required);
  }
}
