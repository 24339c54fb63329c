import { z } from "zod";

const profile = [
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
];

/** The scope that each of Logto's claims requires (logto-facts "Scopes and claims"). */
export const claimScopes: Record<string, string> = {
  sub: "openid",
  acr: "openid",
  amr: "openid",
  ...Object.fromEntries(profile.map((claim) => [claim, "profile"])),
  email: "email",
  email_verified: "email",
  phone_number: "phone",
  phone_number_verified: "phone",
  address: "address",
  roles: "roles",
  organizations: "urn:logto:scope:organizations",
  organization_data: "urn:logto:scope:organizations",
  organization_roles: "urn:logto:scope:organization_roles",
  custom_data: "custom_data",
  identities: "identities",
  sso_identities: "identities",
};

const text = z.string().nullish();
const flag = z.boolean().nullish();
const names = z.array(z.string()).nullish();

/** A claim of the wrong type counts as unset. It must not prevent a user from signing in. */
const lenient = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

/**
 * Claims about the user, with Logto's names. Times are milliseconds, unset values are null or
 * absent, and address members are camelCase. Unknown claims stay, because a tenant can add its own.
 * Source: logto-facts "Scopes and claims".
 */
const userClaims = z.looseObject({
  sub: z.string().min(1),
  name: lenient(text),
  username: lenient(text),
  picture: lenient(text),
  email: lenient(text),
  email_verified: lenient(flag),
  phone_number: lenient(text),
  phone_number_verified: lenient(flag),
  created_at: lenient(z.number().nullish()),
  updated_at: lenient(z.number().nullish()),
  address: lenient(
    z
      .looseObject({
        formatted: text,
        streetAddress: text,
        locality: text,
        region: text,
        postalCode: text,
        country: text,
      })
      .nullish(),
  ),
  roles: lenient(names),
  organizations: lenient(names),
  organization_roles: lenient(names),
  organization_data: lenient(
    z.array(z.looseObject({ id: z.string(), name: z.string(), description: text })).nullish(),
  ),
  custom_data: lenient(z.record(z.string(), z.unknown()).nullish()),
  identities: lenient(z.record(z.string(), z.unknown()).nullish()),
  sso_identities: lenient(z.array(z.unknown()).nullish()),
});

/** The user's claims, from an id_token or from `/oidc/me`. */
export type UserClaims = z.output<typeof userClaims>;

/** Claims about the id_token itself, not about the user (OIDC Core §2, RFC 7519 §4.1). */
const protocolClaims = new Set([
  "iss",
  "aud",
  "azp",
  "exp",
  "iat",
  "nbf",
  "jti",
  "nonce",
  "at_hash",
  "auth_time",
  "sid",
]);

/**
 * Returns the claims about the user, without those about the token.
 *
 * @param payload the payload of a validated id_token, or a userinfo response
 * @throws z.ZodError if there is no subject
 */
export function parseUserClaims(payload: unknown): UserClaims {
  const claims = userClaims.parse(payload);
  const userEntries = Object.entries(claims).filter(
    ([name, value]) => !protocolClaims.has(name) && value !== undefined,
  );
  return { ...Object.fromEntries(userEntries), sub: claims.sub };
}
