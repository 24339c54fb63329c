/** How a caller authenticated at Logto: the claims `auth_time`, in seconds since 1970, and `acr`. */
export interface Authentication {
  authenticatedAt?: number;
  acr?: string;
}

/** Logto's classes of an authentication, the weaker one first. */
const classes = ["urn:logto:acr:1fa", "urn:logto:acr:mfa"] as const;

/** One factor that Logto checked itself, or two different ones. */
export type AuthenticationClass = (typeof classes)[number];

/**
 * The challenge of RFC 9470 for a caller who authenticated too long ago, or not in the required
 * way. The client then sends the user to Logto with the same `max_age` and `acr_values`, and
 * repeats the request with a new token.
 *
 * @param now in milliseconds
 * @returns undefined if nothing is missing
 */
export function stepUpChallenge(
  { authenticatedAt = 0, acr }: Authentication,
  required: { freshWithin?: number; acr?: AuthenticationClass },
  now = Date.now(),
): string | undefined {
  const { freshWithin } = required;
  const isFresh = freshWithin === undefined || now / 1000 - authenticatedAt < freshWithin;
  const rank = classes.findIndex((each) => each === acr);
  const isStrong = required.acr === undefined || rank >= classes.indexOf(required.acr);
  if (isFresh && isStrong) return undefined;
  return [
    'Bearer error="insufficient_user_authentication"',
    ...(freshWithin === undefined ? [] : [`max_age="${freshWithin}"`]),
    ...(required.acr === undefined ? [] : [`acr_values="${required.acr}"`]),
  ].join(", ");
}
