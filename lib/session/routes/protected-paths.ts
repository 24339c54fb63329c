import type { NextRequest } from "next/server";

/** What middleware does with somebody who has no session: send them to sign in, say 401, or leave it to the guards. */
export type Verdict = "send away" | "refuse" | "let through";

/** What is for signed-in people only: told by a request's address and method, not by its session. */
export interface Protection {
  verdict(request: Pick<NextRequest, "method" | "nextUrl">): Verdict;
  /** Whether everything is closed that is not public: then middleware may be the only check of what lies behind it. */
  isClosed: boolean;
}

const isPage = ({ method }: { method: string }) => method === "GET" || method === "HEAD";

/** Whether a path is one of these, or below it. Below `/` is everything, so that stands for itself alone. */
const isAmong = (paths: readonly string[], pathname: string) =>
  paths.some((path) => pathname === path || (path !== "/" && pathname.startsWith(`${path}/`)));

/** Protects these pages, with all pages below them; the rest is the guards'. */
export const only = (paths: readonly string[]): Protection => ({
  isClosed: false,
  verdict: (request) =>
    isAmong(paths, request.nextUrl.pathname) && isPage(request) ? "send away" : "let through",
});

/** Protects every page, handler and action but these, with all below them. */
export const allBut = (paths: readonly string[]): Protection => ({
  isClosed: true,
  verdict: (request) => {
    const { pathname } = request.nextUrl;
    if (isAmong(paths, pathname)) return "let through";
    return isPage(request) && !pathname.startsWith("/api/") ? "send away" : "refuse";
  },
});
