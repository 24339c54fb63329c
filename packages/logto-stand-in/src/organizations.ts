import { errors } from "./library.js";
import type { User } from "./directory.js";

/**
 * Checks that an organization token may be issued. Both errors are 403. Both come before the
 * refresh token is consumed, so the client can still use it (Logto facts: organization tokens).
 * @throws AccessDenied when the user isn't a member or the organization doesn't exist.
 * @throws InsufficientScope when the authorization request didn't include the organizations scope.
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
