import { randomInt } from "node:crypto";
import { z } from "zod";
import type { Clock } from "./clock";
import { hashPassword, isPassword } from "./passwords";
import { rolePermissions, type ApiPermissions } from "./seed";

const record = z.record(z.string(), z.unknown());

/**
 * What is known about a user, by claim name. The first four are `null` when unset, further profile
 * members absent.
 */
export const userClaimsSchema = z.looseObject({
  name: z.string().nullable(),
  picture: z.string().nullable(),
  email: z.string().nullable(),
  phone_number: z.string().nullable(),
  custom_data: record,
  identities: record,
  sso_identities: z.array(record),
});
export type UserClaims = z.infer<typeof userClaimsSchema>;

export const userSchema = z.object({
  id: z.string(),
  /** `null` for an account that an e-mail code created, as is `passwordHash`. */
  username: z.string().nullable(),
  passwordHash: z.string().nullable(),
  claims: userClaimsSchema,
  roles: z.array(z.string()),
  organizations: z.array(z.object({ id: z.string(), roles: z.array(z.string()) })),
  suspended: z.boolean(),
  /** Milliseconds since the epoch, as in Logto's claims. */
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type User = z.infer<typeof userSchema>;

export const organizationSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
});
export type Organization = z.infer<typeof organizationSchema>;

/**
 * Who has an account: the users and organizations of the tenant. Calls `changed` after every
 * change.
 */
export class Directory {
  readonly users: Map<string, User>;
  readonly organizations: Map<string, Organization>;
  /**
   * What each role may do at APIs. Not stored: at the next start the seed, which an app's developer
   * edits, holds again.
   */
  readonly roles: Map<string, ApiPermissions>;
  readonly #now: Clock;
  readonly #changed: () => void;

  constructor(
    users: User[],
    organizations: readonly Organization[],
    now: Clock,
    changed: () => void,
  ) {
    this.#now = now;
    this.users = new Map(users.map((user) => [user.id, user]));
    this.organizations = new Map(
      organizations.map((organization) => [organization.id, { ...organization }]),
    );
    this.roles = new Map(Object.entries(rolePermissions));
    this.#changed = changed;
  }

  /**
   * Finds by username or e-mail address; upper and lower case are one in an e-mail address only, as
   * in Logto.
   */
  findByIdentifier(identifier: string): User | undefined {
    const wanted = identifier.trim();
    return [...this.users.values()].find(
      ({ username, claims }) =>
        username === wanted || claims.email?.toLowerCase() === wanted.toLowerCase(),
    );
  }

  /**
   * Finds by e-mail address alone, in upper or lower case, as Logto does for a verified address.
   */
  findByEmail(email: string): User | undefined {
    const wanted = email.toLowerCase();
    return [...this.users.values()].find(({ claims }) => claims.email?.toLowerCase() === wanted);
  }

  /**
   * Returns the user with this identifier and password, or undefined. An unknown user and a user
   * without a password take as long as a wrong password.
   */
  async authenticate(identifier: string, password: string): Promise<User | undefined> {
    const user = this.findByIdentifier(identifier);
    const hash = user?.passwordHash ?? undefined;
    const matches = await isPassword(password, hash ?? (await absentHash()));
    return matches && hash !== undefined ? user : undefined;
  }

  /**
   * Adds a user with a new subject id.
   * @param password in the clear, stored hashed. Absent: the user has none.
   */
  async add(
    details: Pick<User, "username" | "claims" | "roles" | "organizations">,
    password?: string,
  ): Promise<User> {
    const now = this.#now();
    const passwordHash = password === undefined ? null : await hashPassword(password);
    const user: User = {
      ...details,
      id: newId(),
      passwordHash,
      suspended: false,
      createdAt: now,
      updatedAt: now,
    };
    this.users.set(user.id, user);
    this.#changed();
    return user;
  }

  /**
   * Replaces parts of a user and moves `updated_at`; with an empty change that is what a sign-in
   * does.
   */
  update(user: User, change: Partial<User>): User {
    const updated = { ...user, ...change, updatedAt: Math.max(this.#now(), user.updatedAt + 1) };
    this.users.set(user.id, updated);
    this.#changed();
    return updated;
  }

  remove(user: User): void {
    this.users.delete(user.id);
    this.#changed();
  }

  /** Lets a role do more at APIs; a role that there is not yet comes into being. */
  addPermissions(role: string, permissions: ApiPermissions): void {
    const held = this.roles.get(role) ?? {};
    const merged = { ...held };
    for (const [api, names] of Object.entries(permissions))
      merged[api] = [...(held[api] ?? []), ...names];
    this.roles.set(role, merged);
  }

  updateOrganization(organization: Organization): void {
    this.organizations.set(organization.id, organization);
    this.#changed();
  }
}

let absent: Promise<string> | undefined;
const absentHash = () => (absent ??= hashPassword("nobody"));

/** An id as Logto makes them: 12 lower-case letters and digits. */
function newId(): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length: 12 }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}
