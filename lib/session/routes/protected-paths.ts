import type { NextRequest } from "next/server";

/**
 * What middleware does with somebody who has no session: send them to sign in, say 401, or leave it
 * to the guards.
 */
type Verdict = "send away" | "refuse" | "let through";

/**
 * What is for signed-in people only: told by a request's address and method, not by its session.
 */
export interface Protection {
  verdict(request: RequestTarget): Verdict;
  /**
   * Whether everything is closed that is not public: then middleware may be the only check of what
   * lies behind it.
   */
  isClosed: boolean;
  /** What the sign-in page's path begins with for who asked: `/de`, or nothing. */
  localeOf(request: RequestTarget): string;
}

type RequestTarget = Pick<NextRequest, "method" | "nextUrl">;

interface Options {
  /**
   * The first part of paths on a site with `/en` and `/de`, where the sign-in page is below each,
   * too: `["en", "de"]`. The protected paths then stand for themselves and for the same below each
   * of these.
   */
  locales?: readonly string[];
}

const isPage = ({ method }: RequestTarget) => method === "GET" || method === "HEAD";

/**
 * Whether a path is one of these, or below it. Below `/` is everything, so that stands for itself
 * alone.
 */
const isAmong = (paths: readonly string[], pathname: string) =>
  paths.some((path) => pathname === path || (path !== "/" && pathname.startsWith(`${path}/`)));

/** Splits a path into its locale, as `/de`, and the rest, which begins with a slash. */
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

/** Protects these pages, with all pages below them; the rest is the guards'. */
export const only = (paths: readonly string[], { locales }: Options = {}): Protection => ({
  isClosed: false,
  localeOf: localeOf(locales),
  verdict: (request) => {
    const [, path] = splitLocale(request, locales);
    return isAmong(paths, path) && isPage(request) ? "send away" : "let through";
  },
});

/** Protects every page, handler and action but these, with all below them. */
export const allBut = (paths: readonly string[], { locales }: Options = {}): Protection => ({
  isClosed: true,
  localeOf: localeOf(locales),
  verdict: (request) => {
    const [, path] = splitLocale(request, locales);
    if (isAmong(paths, path)) return "let through";
    return isPage(request) && !request.nextUrl.pathname.startsWith("/api/")
      ? "send away"
      : "refuse";
  },
});
