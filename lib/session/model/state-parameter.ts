/*
 * The page to return to travels in `state`, which Logto returns unchanged. So it belongs to one
 * sign-in or sign-out: it survives lost cookies, and another tab can't overwrite it.
 */

/** Occurs neither in base64url nor in the value before it. */
const separator = "~";

/** Appends the path to return to. */
export const addPathToState = (state: string, path: string): string =>
  `${state}${separator}${Buffer.from(path).toString("base64url")}`;

/** Splits a `state` that `addPathToState` made. The path is untrusted: it comes from the address bar. */
export function parseStateParameter(value: string): { state: string; path: string | undefined } {
  const [state = "", encoded] = value.split(separator);
  return { state, path: encoded && Buffer.from(encoded, "base64url").toString() };
}
