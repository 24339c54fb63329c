import { z } from "zod";

/** Every scope that adds claims about the user. */
export const everyClaim =
  "openid profile email phone address roles custom_data identities urn:logto:scope:organizations urn:logto:scope:organization_roles";

/**
 * Milliseconds since the epoch. The minimum tells them from seconds: it is the year 2001 in
 * milliseconds and the year 33658 in seconds.
 */
const milliseconds = z.int().min(1e12);

/**
 * The claims, by scope, that both the id_token and userinfo have, for a user with a complete
 * profile.
 */
export const commonClaims = z.object({
  sub: z.string(),
  name: z.string(),
  family_name: z.string(),
  given_name: z.string(),
  middle_name: z.string(),
  nickname: z.string(),
  preferred_username: z.string(),
  profile: z.url(),
  picture: z.url(),
  website: z.url(),
  gender: z.string(),
  birthdate: z.string(),
  zoneinfo: z.string(),
  locale: z.string(),
  username: z.string(),
  updated_at: milliseconds,
  created_at: milliseconds,
  email: z.email(),
  email_verified: z.literal(true),
  phone_number: z.string(),
  phone_number_verified: z.boolean(),
  /** camelCase, unlike OpenID Connect Core 1.0 §5.1.1. */
  address: z.strictObject({
    formatted: z.string().optional(),
    streetAddress: z.string(),
    locality: z.string().optional(),
    region: z.string().optional(),
    postalCode: z.string().optional(),
    country: z.string().optional(),
  }),
  roles: z.array(z.string()),
  organizations: z.array(z.string()),
  organization_roles: z.array(z.string().regex(/^[^:]+:[^:]+$/)),
});

/** The claims that only userinfo has. */
export const userinfoClaims = z.object({
  custom_data: z.record(z.string(), z.unknown()),
  identities: z.record(z.string(), z.unknown()),
  sso_identities: z.array(z.unknown()),
  organization_data: z.array(
    z.strictObject({ id: z.string(), name: z.string(), description: z.string().nullable() }),
  ),
});
