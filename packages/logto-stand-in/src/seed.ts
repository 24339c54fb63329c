import type { Organization } from "./directory.js";
import {
  defaultPassword,
  type ApiPermissions,
  type ApiResource,
  type Person,
  type Tenant,
} from "./tenant.js";

/** The password of each seeded person. */
export const seedPassword = defaultPassword;

const shopping = "https://shopping.example.com/api";
const store = "https://store.example.com/api";

export const apiResources: ApiResource[] = [
  { indicator: shopping, permissions: ["read", "write"] },
  { indicator: store, permissions: ["read", "delete"] },
];

/** Role -> API permissions. */
export const rolePermissions: Record<string, ApiPermissions> = {
  admin: { [shopping]: ["read", "write"], [store]: ["read", "delete"] },
  editor: { [shopping]: ["read", "write"], [store]: ["read"] },
  viewer: { [shopping]: ["read"] },
};

export const organizationRoles: Tenant["organizationRoles"] = {
  admin: {
    permissions: ["invite:member", "remove:member", "read:report"],
    apiPermissions: { [shopping]: ["read", "write"] },
  },
  member: { permissions: ["read:report"], apiPermissions: {} },
};

export const acme: Organization = {
  id: "r6f1s9e4ok2m",
  name: "Acme",
  description: "Makes everything.",
};
/** @public for tests of an app with organizations */
export const globex: Organization = {
  id: "w8b3g7x5ti1n",
  name: "Globex",
  description: "Owns the rest.",
};

type SeedPerson = Person & { id: string };

/** Alice has every claim. Bob has a name and an e-mail address. Carol has a username only. */
export const seedPeople: SeedPerson[] = [
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

/** What a stand-in starts with if it is given no tenant of its own. */
export const seedTenant: Tenant = {
  users: seedPeople,
  organizations: [acme, globex],
  apiResources,
  socialConnectors: { google: "Google", github: "GitHub" },
  roles: rolePermissions,
  organizationRoles,
};
