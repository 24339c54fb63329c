import { hashPassword } from "./passwords";
import type { Organization, User, UserClaims } from "./directory";

/** The password of each seeded person. */
export const seedPassword = "logto-dev";

/** The application that `npm run dev` registers. Its secret guards nothing but the stand-in. */
export const devClient = {
  clientId: "starter-dev",
  clientSecret: "starter-dev-secret-not-for-production",
  name: "Next Logto Starter",
};

/**
 * An API that access tokens can be issued for (RFC 8707 resource indicator) and the permissions
 * that it defines.
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

/** What a role may do at APIs: API resource -> permissions. */
export type ApiPermissions = Readonly<Record<string, readonly string[]>>;

/** Role -> what it may do at APIs. */
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

/** Organization role -> what it may do at APIs. */
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

/**
 * Alice has every claim, Bob has a name and an e-mail address, Carol has a username and nothing
 * else.
 */
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
 * The seeded people as stored users. scrypt is slow on purpose, so the shared password is hashed
 * once a process.
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

/** The claims of somebody about whom nothing is known. */
export const noClaims: UserClaims = {
  name: null,
  picture: null,
  email: null,
  phone_number: null,
  custom_data: {},
  identities: {},
  sso_identities: [],
};
