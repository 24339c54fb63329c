/** Where somebody lands who signs in without having asked for a page. */
export const defaultCallbackUrl = "/dashboard";

/**
 * The path to come back to after signing in, which is always on this origin: an attacker's link must not lead away.
 *
 * @param value what a query, a form or a header says; anything
 * @param origin our own origin, of which an absolute URL is accepted too
 * @returns path, query and fragment, beginning with a single slash; the dashboard when the value is none
 */
export function safeCallbackUrl(value: unknown, origin?: string): string {
  if (typeof value !== "string" || !URL.canParse(value, "http://here.invalid")) return defaultCallbackUrl;
  const url = new URL(value, "http://here.invalid");
  // The parser has resolved `//host`, `/\host`, tabs and schemes by now: what is left on the base's host is a path.
  const isPath = value.startsWith("/") && url.origin === "http://here.invalid";
  if (!isPath && (url.origin !== origin || !/^https?:/i.test(value))) return defaultCallbackUrl;
  const path = url.pathname.replace(/^\/{2,}/, "/") + url.search + url.hash;
  return path === "/sign-in" || path.startsWith("/sign-in?") || path.startsWith("/api/auth/")
    ? defaultCallbackUrl
    : path;
}

/** The sign-in page, which leads back to `path` and may explain an error code. */
export function signInPath(path: string, error?: string): string {
  const query = new URLSearchParams({ ...(error && { error }), callbackUrl: safeCallbackUrl(path) });
  return `/sign-in?${query.toString()}`;
}

/** Begins the `state` with which the browser comes back from Logto where the server's half of a sign-out is still open. */
export const halfSignedOut = "half-";
