import { hashPassword } from "./passwords";
import type { Organization, User, UserClaims } from "./directory";

/** The password of each seeded person. */
export const seedPassword = "logto-dev";

/** The application that `npm run dev` registers. Its secret protects the stand-in only. */
export const devClient = {
  clientId: "starter-dev",
  clientSecret: "starter-dev-secret-not-for-production",
  name: "Next Logto Starter",
};

/**
 * An API that access tokens can be issued for, by its resource indicator (RFC 8707), and the
 * permissions that it defines.
 */
export interface ApiResource {
  indicator: string;
  permissions: string[];
}

const shopping = "https://shopping.example.com/api";
const store = "https://store.example.com/api";

export const apiResources: readonly ApiResource[] = [
  { indicator: shopping, permissions: ["read", "write"] },
  { indicator: store, permissions: ["read", "delete"] },
];

/** API resource -> permissions that a role has there. */
export type ApiPermissions = Readonly<Record<string, readonly string[]>>;

/** Role -> API permissions. */
export const rolePermissions: Readonly<Record<string, ApiPermissions>> = {
  admin: { [shopping]: ["read", "write"], [store]: ["read", "delete"] },
  editor: { [shopping]: ["read", "write"], [store]: ["read"] },
  viewer: { [shopping]: ["read"] },
};

/** Organization role -> organization permissions. */
export const organizationRolePermissions: Readonly<Record<string, readonly string[]>> = {
  admin: ["invite:member", "remove:member", "read:report"],
  member: ["read:report"],
};

/** Organization role -> API permissions. */
export const organizationRoleApiPermissions: Readonly<Record<string, ApiPermissions>> = {
  admin: { [shopping]: ["read", "write"] },
};

export const acme: Organization = {
  id: "r6f1s9e4ok2m",
  name: "Acme",
  description: "Makes everything.",
};
export const globex: Organization = {
  id: "w8b3g7x5ti1n",
  name: "Globex",
  description: "Owns the rest.",
};
export const seedOrganizations: readonly Organization[] = [acme, globex];

type SeedPerson = Pick<User, "id" | "roles" | "organizations"> & {
  username: string;
  claims: Partial<UserClaims>;
};

/** Alice has every claim. Bob has a name and an e-mail address. Carol has a username only. */
export const seedPeople: readonly SeedPerson[] = [
  {
    id: "k3v9t2m8qx1a",
    username: "alice",
    roles: ["admin"],
    organizations: [
      { id: acme.id, roles: ["admin"] },
      { id: globex.id, roles: ["member"] },
    ],
    claims: {
      name: "Alice Kim",
      given_name: "Alice",
      family_name: "Kim",
      middle_name: "Jo",
      nickname: "Ali",
      preferred_username: "alice",
      profile: "https://alice.example.com",
      picture: "/avatars/alice.svg",
      website: "https://alice.example.com/blog",
      gender: "female",
      birthdate: "1990-04-12",
      zoneinfo: "Europe/Berlin",
      locale: "en-GB",
      email: "alice@example.com",
      phone_number: "4915112345678",
      address: {
        formatted: "Unter den Linden 1, 10117 Berlin, Germany",
        streetAddress: "Unter den Linden 1",
        locality: "Berlin",
        postalCode: "10117",
        country: "Germany",
      },
      custom_data: { plan: "team", onboarded: true },
      identities: { github: { userId: "583231", details: { id: "583231", name: "Alice Kim" } } },
      sso_identities: [
        {
          issuer: "https://idp.example.com",
          identityId: "alice@example.com",
          detail: { email: "alice@example.com" },
        },
      ],
    },
  },
  {
    id: "p7c4w1n6zr5b",
    username: "bob",
    roles: ["editor"],
    organizations: [{ id: acme.id, roles: ["member"] }],
    claims: { name: "Bob Park", email: "bob@example.com" },
  },
  { id: "h2y8d5j3ul9c", username: "carol", roles: ["viewer"], organizations: [], claims: {} },
];

let seededHash: Promise<string> | undefined;

/**
 * Returns the seeded people as users for the directory. scrypt is slow on purpose, so their common
 * password is hashed once per process.
 * @param now milliseconds since the epoch.
 */
export async function seedUsers(now: number): Promise<User[]> {
  seededHash ??= hashPassword(seedPassword);
  const passwordHash = await seededHash;
  return seedPeople.map(({ claims, ...person }) => ({
    ...person,
    claims: { ...noClaims, ...claims },
    passwordHash,
    suspended: false,
    createdAt: now,
    updatedAt: now,
  }));
}

/** The claims of a user without any details. */
export const noClaims: UserClaims = {
  name: null,
  picture: null,
  email: null,
  phone_number: null,
  custom_data: {},
  identities: {},
  sso_identities: [],
};
