/** The page after a sign-in that was not for another page. */
export const defaultCallbackUrl = "/dashboard";

/** Path of Auth.js's routes, and of our own beside them. */
export const authPath = "/api/auth";
const signInPage = "/sign-in";

/** In characters. The path travels to Logto and back in a URL. */
const maxPathLength = 2_000;

/**
 * Checks the page to return to after sign-in or sign-out. The result is always a path of this site,
 * so that an attacker's link can't lead to another one.
 *
 * @param value from a query, a form or a header; untrusted
 * @param origin our own origin: an absolute URL on it is accepted too
 * @param fallback returned for any other value
 * @returns path, query and fragment, beginning with a single slash; without the query if too long
 */
export function safeCallbackUrl(
  value: unknown,
  origin?: string,
  fallback = defaultCallbackUrl,
): string {
  if (typeof value !== "string" || !URL.canParse(value, "http://here.invalid")) return fallback;
  const url = new URL(value, "http://here.invalid");
  // The URL parser resolves `//host`, `/\host`, tabs and schemes. If the base's host is still
  // there, the value is a path.
  const isPath = value.startsWith("/") && url.origin === "http://here.invalid";
  if (!isPath && (url.origin !== origin || !/^https?:/i.test(value))) return fallback;
  const pathname = url.pathname.replace(/^\/{2,}/, "/");
  if (pathname === signInPage || pathname.startsWith(`${authPath}/`)) return fallback;
  const path = pathname + url.search + url.hash;
  if (path.length <= maxPathLength) return path;
  return pathname.length <= maxPathLength ? pathname : fallback;
}

/**
 * Path of the sign-in page.
 *
 * @param path the page to return to
 * @param error a SignInErrorCode, whose message the page shows
 */
export function signInPath(path: string, error?: string): string {
  const query = new URLSearchParams({
    ...(error && { error }),
    callbackUrl: safeCallbackUrl(path),
  });
  return `${signInPage}?${query.toString()}`;
}

/**
 * Prefix of `state` in a sign-out that ended the session in the browser, but not in the database.
 * The start page says so when Logto sends the browser back.
 */
export const partialSignOutPrefix = "half-";
