import type { Session } from "./session";
import type { SignInParameters } from "./sign-in-parameters";

/** How long a sign-in counts as recent, in seconds. */
const recent = 5 * 60;

/** How far Logto's clock may be ahead of ours, in seconds. */
const clockTolerance = 60;

/**
 * Parameters of an authorization request that make the user authenticate: Logto asks for the
 * password even if it has a session, and issues a refresh token as at every sign-in (logto-facts
 * "Refresh tokens").
 */
export const freshSignIn = {
  prompt: "login consent",
  max_age: String(recent),
} satisfies SignInParameters;

/**
 * Whether the user authenticated at Logto recently. An unknown time is not recent.
 *
 * @public also where no feature uses it, for checks of your own
 * @param within in seconds
 * @param now in milliseconds
 */
export function isFreshSignIn(
  { authenticatedAt = 0 }: Pick<Session, "authenticatedAt">,
  within = recent,
  now = Date.now(),
): boolean {
  const age = now / 1000 - authenticatedAt;
  return age < within && age >= -clockTolerance;
}
