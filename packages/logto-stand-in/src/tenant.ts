import { createHash } from "node:crypto";
import { z } from "zod";
import { organizationSchema, userClaimsSchema, userSchema, type User } from "./directory.js";
import { hashPassword } from "./passwords.js";

/** The password of a person whose tenant sets none. */
export const defaultPassword = "logto-dev";

/** The claims of a user without any details. */
export const noClaims = {
  name: null,
  picture: null,
  email: null,
  phone_number: null,
  custom_data: {},
  identities: {},
  sso_identities: [],
};

/** API resource -> permissions that a role has there. */
const apiPermissionsSchema = z.record(z.string(), z.array(z.string()));
export type ApiPermissions = z.infer<typeof apiPermissionsSchema>;

const personSchema = z.strictObject({
  /** The subject. Absent: derived from the username, so that it is the same after a restart. */
  id: z.string().min(1).optional(),
  username: z.string().min(1),
  password: z.string().min(1).optional(),
  roles: z.array(z.string()).default([]),
  organizations: userSchema.shape.organizations.default([]),
  claims: userClaimsSchema.partial().default({}),
});
export type Person = z.infer<typeof personSchema>;

/**
 * An API that access tokens can be issued for, by its resource indicator (RFC 8707), and the
 * permissions that it defines.
 */
const apiResourceSchema = z.strictObject({
  indicator: z.url(),
  permissions: z.array(z.string()),
});
export type ApiResource = z.infer<typeof apiResourceSchema>;

/** The content of a tenant at its first start. What is left out is empty. */
export const tenantSchema = z
  .strictObject({
    users: z.array(personSchema).min(1),
    organizations: z
      .array(organizationSchema.extend({ description: z.string().nullable().default(null) }))
      .default([]),
    apiResources: z.array(apiResourceSchema).default([]),
    /** Social connectors: target -> name. Each shows a page with the tenant's people. */
    socialConnectors: z
      .record(z.string(), z.string())
      .default({ google: "Google", github: "GitHub" }),
    /** Role -> API permissions. A role that is not listed has none. */
    roles: z.record(z.string(), apiPermissionsSchema).default({}),
    organizationRoles: z
      .record(
        z.string(),
        z.strictObject({
          permissions: z.array(z.string()).default([]),
          apiPermissions: apiPermissionsSchema.default({}),
        }),
      )
      .default({}),
  })
  .superRefine((tenant, ctx) => {
    const report = (message: string, ...path: (string | number)[]) =>
      ctx.addIssue({ code: "custom", message, path });
    const usernames = new Set<string>();
    tenant.users.forEach(({ username, organizations }, index) => {
      if (usernames.has(username))
        report(`There are two users ${username}`, "users", index, "username");
      usernames.add(username);
      for (const { id } of organizations)
        if (!tenant.organizations.some((organization) => organization.id === id))
          report(`There is no organization ${id}`, "users", index, "organizations");
    });
    const check = (permissions: ApiPermissions, ...path: string[]) => {
      for (const [indicator, names] of Object.entries(permissions)) {
        const api = tenant.apiResources.find((resource) => resource.indicator === indicator);
        const unknown = names.filter((name) => !api?.permissions.includes(name));
        if (!api) report(`There is no API resource ${indicator}`, ...path);
        else if (unknown.length > 0)
          report(`${indicator} has no permission ${unknown.join(", ")}`, ...path);
      }
    };
    for (const [role, permissions] of Object.entries(tenant.roles))
      check(permissions, "roles", role);
    for (const [role, { apiPermissions }] of Object.entries(tenant.organizationRoles))
      check(apiPermissions, "organizationRoles", role);
  });
export type Tenant = z.output<typeof tenantSchema>;
export type TenantInput = z.input<typeof tenantSchema>;

const hashes = new Map<string, Promise<string>>();

/** Hashes a password once per process, because scrypt is slow on purpose. */
function hashOnce(password: string): Promise<string> {
  const hash = hashes.get(password) ?? hashPassword(password);
  hashes.set(password, hash);
  return hash;
}

/**
 * Returns the people of a tenant as users for the directory.
 *
 * @param now milliseconds since the epoch
 */
export function usersOf({ users }: Tenant, now: number): Promise<User[]> {
  return Promise.all(
    users.map(async ({ password = defaultPassword, claims, ...person }) => ({
      ...person,
      id: person.id ?? idFrom(person.username),
      claims: { ...noClaims, ...claims },
      passwordHash: await hashOnce(password),
      suspended: false,
      createdAt: now,
      updatedAt: now,
    })),
  );
}

/** Derives an id in Logto's format: 12 lower-case letters and digits. */
function idFrom(username: string): string {
  const digest = createHash("sha256").update(username).digest("hex");
  return BigInt(`0x${digest}`).toString(36).slice(0, 12);
}
