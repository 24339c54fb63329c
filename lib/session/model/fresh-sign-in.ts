import type { Session } from "./session";

/** How long a sign-in counts as recent, and how far Logto's clock may be ahead of ours, in seconds. */
const freshFor = 5 * 60;
const clockTolerance = 60;

/**
 * Parameters of an authorization request that make the user authenticate: Logto asks for the
 * password even if it has a session, and issues a refresh token as at every sign-in (logto-facts
 * "Refresh tokens").
 */
export const freshSignIn = { prompt: "login consent", max_age: String(freshFor) };

/** Whether the user authenticated in the last five minutes. @param now in milliseconds */
export function isFresh({ authenticatedAt = 0 }: Session, now = Date.now()): boolean {
  const age = now / 1000 - authenticatedAt;
  return age < freshFor && age >= -clockTolerance;
}
