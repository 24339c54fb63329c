import type { Session } from "./session";

/**
 * How long tokens and claims count as current, in seconds. Code that asks for current ones causes
 * at most one request to Logto in this time, for each session and target.
 */
const currentFor = 10;

/**
 * Whether an access token, and the claims that came with it, were issued just now.
 *
 * @param token times in seconds; its age follows from its expiry
 * @param now in milliseconds
 */
export const isCurrent = (
  { expiresAt = 0, expiresIn = 0 }: Pick<Session, "expiresAt" | "expiresIn">,
  now: number,
): boolean => now / 1000 - (expiresAt - expiresIn) < currentFor;
