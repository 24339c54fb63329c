/*
 * The way back travels in `state`, which Logto hands back as it is. So it belongs to this one
 * sign-in or sign-out: it is there where cookies got lost, and no other tab overwrites it.
 */

/** Neither in base64url nor in what Auth.js and we put before it. */
const separator = "~";

/** `state` with the path to come back to. */
export const addPath = (state: string, path: string): string =>
  `${state}${separator}${Buffer.from(path).toString("base64url")}`;

/** What `withPath` put together. The path is what the browser's address says: anything. */
export function parseState(value: string): { state: string; path: string | undefined } {
  const [state = "", encoded] = value.split(separator);
  return { state, path: encoded && Buffer.from(encoded, "base64url").toString() };
}
