import type { NextRequest } from "next/server";

/**
 * What middleware does with a request without a session: redirect it to the sign-in page, respond
 * 401, or pass it on to the guards.
 */
type Verdict = "redirect" | "reject" | "pass";

/** Which requests need a session. The path and the method decide, not the session. */
export interface Protection {
  verdict(request: RequestTarget): Verdict;
  /**
   * Whether every path that is not listed needs a session. Files of `public/` have no guard, so
   * middleware is then their only check.
   */
  isClosed: boolean;
  /** Prefix of the sign-in page for this request: `/de`, or "". */
  localeOf(request: RequestTarget): string;
}

type RequestTarget = Pick<NextRequest, "method" | "nextUrl">;

interface Options {
  /**
   * Locales that begin a path on a site with `/en` and `/de`, such as `["en", "de"]`. A listed path
   * then also stands for the same path below each of them. The sign-in page is below each as well.
   */
  locales?: readonly string[];
}

const isPage = ({ method }: RequestTarget) => method === "GET" || method === "HEAD";

/** Whether a path is one of these, or below one. `/` stands for itself alone. */
const isAmong = (paths: readonly string[], pathname: string) =>
  paths.some((path) => pathname === path || (path !== "/" && pathname.startsWith(`${path}/`)));

/** Splits a path into its locale, such as `/de`, and the rest, which begins with a slash. */
function splitLocale(
  { nextUrl: { pathname } }: RequestTarget,
  locales: readonly string[] = [],
): [string, string] {
  const locale =
    locales.map((name) => `/${name}`).find((prefix) => isAmong([prefix], pathname)) ?? "";
  return [locale, pathname.slice(locale.length) || "/"];
}

const localeOf = (locales?: readonly string[]) => (request: RequestTarget) =>
  splitLocale(request, locales)[0];

/** Protects these pages and all pages below them. The rest is left to the guards. */
export const only = (paths: readonly string[], { locales }: Options = {}): Protection => ({
  isClosed: false,
  localeOf: localeOf(locales),
  verdict: (request) => {
    const [, path] = splitLocale(request, locales);
    return isAmong(paths, path) && isPage(request) ? "redirect" : "pass";
  },
});

/** Protects every page, handler and action except these and those below them. */
export const allBut = (paths: readonly string[], { locales }: Options = {}): Protection => ({
  isClosed: true,
  localeOf: localeOf(locales),
  verdict: (request) => {
    const [, path] = splitLocale(request, locales);
    if (isAmong(paths, path)) return "pass";
    return isPage(request) && !request.nextUrl.pathname.startsWith("/api/") ? "redirect" : "reject";
  },
});
