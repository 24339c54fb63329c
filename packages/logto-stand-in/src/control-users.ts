import { z } from "zod";
import { NotFoundError, type ControlRoute } from "./control-route.js";
import { organizationSchema, userClaimsSchema, userSchema, type User } from "./directory.js";
import { hashPassword } from "./passwords.js";
import { noClaims } from "./tenant.js";
import type { State } from "./state.js";
import { sendUserChanges, userEntity, type Webhooks } from "./webhooks.js";

const userChange = userSchema
  .pick({ username: true, roles: true, organizations: true, suspended: true })
  .extend({ password: z.string(), claims: userClaimsSchema.partial() })
  .partial()
  .strict();

const rolePermissionsSchema = z.record(z.string(), z.array(z.string()));

const newUser = userChange.required({ username: true, password: true });

/**
 * The control routes for users, roles and organizations. A user is identified by id, username or
 * e-mail address.
 */
export function createUserAdministration(
  { directory, records }: State,
  webhooks: Webhooks,
): Record<string, ControlRoute> {
  const find = (id: string): User => {
    const user = directory.users.get(id) ?? directory.findByIdentifier(id);
    if (!user) throw new NotFoundError(`There is no user ${id}.`);
    return user;
  };
  /**
   * Ends the user's sessions and revokes the grants, with every code, refresh token and opaque
   * access token.
   */
  const revokeAll = ({ id }: User) => records.removeWhere("accountId", id);

  return {
    "GET users": () => [...directory.users.values()].map(describe),
    "GET users/:id": (_body, id) => describe(find(id)),
    "POST users": async (body) => {
      const { username, password, claims, roles = [], organizations = [] } = newUser.parse(body);
      const details = {
        username,
        roles,
        organizations,
        claims: userClaimsSchema.parse({ ...noClaims, ...claims }),
      };
      const added = await directory.add(details, password);
      webhooks.send("User.Created", "POST /users", {}, { data: userEntity(added) });
      return describe(added);
    },
    "PATCH users/:id": async (body, id) => {
      const { password, claims, ...change } = userChange.parse(body);
      const user = find(id);
      const updated = directory.update(user, {
        ...change,
        claims: userClaimsSchema.parse({ ...user.claims, ...claims }),
        passwordHash: password === undefined ? user.passwordHash : await hashPassword(password),
      });
      if (updated.suspended) revokeAll(updated);
      sendUserChanges(webhooks, user, updated);
      return describe(updated);
    },
    "DELETE users/:id": (_body, id) => {
      const user = find(id);
      directory.remove(user);
      revokeAll(user);
      webhooks.send("User.Deleted", "DELETE /users/:userId", { userId: user.id }, { data: null });
    },
    "POST roles/:id": (body, id) => directory.addPermissions(id, rolePermissionsSchema.parse(body)),
    "DELETE roles/:id": (_body, id) => {
      directory.removeRole(id);
      webhooks.send("Role.Deleted", "DELETE /roles/:id", { id }, { data: null });
    },
    "GET organizations": () => [...directory.organizations.values()],
    "PATCH organizations/:id": (body, id) => {
      const organization = directory.organizations.get(id);
      if (!organization) throw new NotFoundError(`There is no organization ${id}.`);
      const change = organizationSchema.omit({ id: true }).partial().parse(body);
      const updated = { ...organization, ...change };
      directory.updateOrganization(updated);
      return updated;
    },
  };
}

function describe({ passwordHash: _, ...user }: User) {
  return user;
}
