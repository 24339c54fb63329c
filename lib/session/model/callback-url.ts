/** Where somebody lands who signs in without having asked for a page. */
export const defaultCallbackUrl = "/dashboard";

/** Where Auth.js's routes and our own for signing in and out are. */
export const authPath = "/api/auth";
const signInPage = "/sign-in";

/** The longest way back, in characters: it travels to Logto and back within an address. */
const maxPathLength = 2_000;

/**
 * The path to come back to after signing in, which is always on this origin: an attacker's link
 * must not lead away.
 *
 * @param value what a query, a form or a header says; anything
 * @param origin our own origin, of which an absolute URL is accepted too
 * @param fallback what a value stands for that is no such path
 * @returns path, query and fragment, beginning with a single slash; a long one without its query
 */
export function safeCallbackUrl(
  value: unknown,
  origin?: string,
  fallback = defaultCallbackUrl,
): string {
  if (typeof value !== "string" || !URL.canParse(value, "http://here.invalid")) return fallback;
  const url = new URL(value, "http://here.invalid");
  // The parser has resolved `//host`, `/\host`, tabs and schemes by now: what is left on the base's
  // host is a path.
  const isPath = value.startsWith("/") && url.origin === "http://here.invalid";
  if (!isPath && (url.origin !== origin || !/^https?:/i.test(value))) return fallback;
  const pathname = url.pathname.replace(/^\/{2,}/, "/");
  if (pathname === signInPage || pathname.startsWith(`${authPath}/`)) return fallback;
  const path = pathname + url.search + url.hash;
  if (path.length <= maxPathLength) return path;
  return pathname.length <= maxPathLength ? pathname : fallback;
}

/** The sign-in page, which leads back to `path` and may explain an error code. */
export function signInPath(path: string, error?: string): string {
  const query = new URLSearchParams({
    ...(error && { error }),
    callbackUrl: safeCallbackUrl(path),
  });
  return `${signInPage}?${query.toString()}`;
}

/**
 * Begins the `state` with which the browser comes back from Logto where the server's half of a
 * sign-out is still open.
 */
export const partialSignOut = "half-";
