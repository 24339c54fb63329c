import { randomInt } from "node:crypto";
import { z } from "zod";
import type { Clock } from "./clock.js";
import { hashPassword, isPassword } from "./passwords.js";
import type { ApiPermissions, Tenant } from "./tenant.js";

const record = z.record(z.string(), z.unknown());

/**
 * The details of a user, by claim name. The first four are `null` when unset; other unset profile
 * members are absent.
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

export const userSchema = z.object({
  id: z.string(),
  /** `null` for an account that was created with an e-mail code; so is `passwordHash`. */
  username: z.string().nullable(),
  passwordHash: z.string().nullable(),
  claims: userClaimsSchema,
  roles: z.array(z.string()),
  organizations: z.array(z.object({ id: z.string(), roles: z.array(z.string()) })),
  suspended: z.boolean(),
  /** Milliseconds since the epoch, as in Logto's claims; so is `updatedAt`. */
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

/** The users and organizations of the tenant. Calls `onChange` after every change. */
export class Directory {
  readonly users: Map<string, User>;
  readonly organizations: Map<string, Organization>;
  /** Role -> API permissions. Changes are not stored: the next start reads the tenant again. */
  readonly roles: Map<string, ApiPermissions>;
  readonly tenant: Tenant;
  readonly #now: Clock;
  readonly #onChange: () => void;

  constructor(
    tenant: Tenant,
    users: User[],
    organizations: readonly Organization[],
    now: Clock,
    onChange: () => void,
  ) {
    this.tenant = tenant;
    this.#now = now;
    this.users = new Map(users.map((user) => [user.id, user]));
    this.organizations = new Map(
      organizations.map((organization) => [organization.id, { ...organization }]),
    );
    this.roles = new Map(Object.entries(tenant.roles));
    this.#onChange = onChange;
  }

  /** Finds a user by username or e-mail address. As in Logto, case matters in usernames only. */
  findByIdentifier(identifier: string): User | undefined {
    const wanted = identifier.trim();
    return [...this.users.values()].find(
      ({ username, claims }) =>
        username === wanted || claims.email?.toLowerCase() === wanted.toLowerCase(),
    );
  }

  /** Finds a user by e-mail address, ignoring case, as Logto does for a verified address. */
  findByEmail(email: string): User | undefined {
    const wanted = email.toLowerCase();
    return [...this.users.values()].find(({ claims }) => claims.email?.toLowerCase() === wanted);
  }

  /**
   * Returns the user with this identifier and password, or undefined. For an unknown user or a user
   * without a password the check takes as long as for a wrong password.
   */
  async authenticate(identifier: string, password: string): Promise<User | undefined> {
    const user = this.findByIdentifier(identifier);
    const hash = user?.passwordHash ?? undefined;
    const matches = await isPassword(password, hash ?? (await absentHash()));
    return matches && hash !== undefined ? user : undefined;
  }

  /**
   * Adds a user with a new subject id.
   * @param password in plain text; stored hashed. Absent: the user has none.
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
    this.#onChange();
    return user;
  }

  /** Replaces parts of a user and sets `updatedAt`. A sign-in calls it with an empty change. */
  update(user: User, change: Partial<User>): User {
    const updated = { ...user, ...change, updatedAt: Math.max(this.#now(), user.updatedAt + 1) };
    this.users.set(user.id, updated);
    this.#onChange();
    return updated;
  }

  remove(user: User): void {
    this.users.delete(user.id);
    this.#onChange();
  }

  /** Adds API permissions to a role. Creates the role if it does not exist. */
  addPermissions(role: string, permissions: ApiPermissions): void {
    const current = this.roles.get(role) ?? {};
    const merged = { ...current };
    for (const [api, names] of Object.entries(permissions))
      merged[api] = [...(current[api] ?? []), ...names];
    this.roles.set(role, merged);
  }

  /** Deletes a role, and takes it from every user. */
  removeRole(role: string): void {
    this.roles.delete(role);
    for (const user of this.users.values())
      if (user.roles.includes(role))
        this.update(user, { roles: user.roles.filter((name) => name !== role) });
  }

  updateOrganization(organization: Organization): void {
    this.organizations.set(organization.id, organization);
    this.#onChange();
  }
}

let absent: Promise<string> | undefined;
const absentHash = () => (absent ??= hashPassword("nobody"));

/** Returns an id in Logto's format: 12 lower-case letters and digits. */
function newId(): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length: 12 }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
}
