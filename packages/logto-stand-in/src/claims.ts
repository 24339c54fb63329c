import type { AccountClaims } from "oidc-provider";
import type { Directory, User } from "./directory.js";

/** Scope -> the claims that it adds (Logto facts: scopes and claims). */
export const claimsByScope: Readonly<Record<string, readonly string[]>> = {
  profile: [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "username",
    "created_at",
  ],
  email: ["email", "email_verified"],
  phone: ["phone_number", "phone_number_verified"],
  address: ["address"],
  custom_data: ["custom_data"],
  identities: ["identities", "sso_identities"],
  roles: ["roles"],
  "urn:logto:scope:organizations": ["organizations", "organization_data"],
  "urn:logto:scope:organization_roles": ["organization_roles"],
};

const userinfoOnly = ["custom_data", "identities", "sso_identities", "organization_data"];

/**
 * Returns every claim of a user. The library picks the claims of the granted scopes.
 * @param use `id_token` leaves out the claims that Logto returns from userinfo only.
 * @param endpoint base URL of a relative picture, as the seeded people have.
 */
export function claimsOf(
  user: User,
  directory: Directory,
  use: string,
  endpoint: string,
): AccountClaims {
  const organizations = user.organizations.flatMap(
    ({ id }) => directory.organizations.get(id) ?? [],
  );
  const { picture, email, phone_number } = user.claims;
  const username = user.username ?? undefined;
  const claims: AccountClaims = {
    // A default: a test may set another value in `user.claims`.
    email_verified: Boolean(email),
    preferred_username: username,
    ...user.claims,
    sub: user.id,
    username: user.username,
    picture: picture && new URL(picture, endpoint).href,
    phone_number_verified: Boolean(phone_number),
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    roles: user.roles,
    organizations: organizations.map(({ id }) => id),
    organization_data: organizations,
    organization_roles: user.organizations.flatMap(({ id, roles }) =>
      roles.map((role) => `${id}:${role}`),
    ),
  };
  if (use === "userinfo") return claims;
  return { ...claims, ...Object.fromEntries(userinfoOnly.map((name) => [name, undefined])) };
}
