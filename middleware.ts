import type { NextRequest } from "next/server";
import { isTooLarge } from "@/lib/server/body-limit";
import { withSecurityHeaders } from "@/lib/server/security-headers";
import { only } from "@/lib/session/routes/protected-paths";
import { updateSession } from "@/lib/session/routes/update-session";

/*
 * Redirects visitors of protected pages to the sign-in page before anything is rendered. With the
 * cookie store it also renews the session of each request. It is never the only check: every page,
 * handler and action has a guard. Read lib/session/guards.ts next.
 */

/**
 * Pages that need a session, with all pages below them. A protected page that is missing here is
 * just as safe, because its guard checks; it is only rendered up to its guard. To close the whole
 * site except a few paths (files of `public/` included):
 *     `allBut(["/sign-in", "/refused", "/api/auth", "/icon.svg"])`
 */
const protection = only([
  // One path a line.
  "/dashboard",
  "/profile",
  "/organizations",
  "/api-access",
  "/account",
  "/examples/middleware",
]);

export async function middleware(request: NextRequest): Promise<Response> {
  return withSecurityHeaders(await handle(request));
}

async function handle(request: NextRequest): Promise<Response> {
  if (await isTooLarge(request)) {
    const message =
      "The request's body is too large. Exclude a route for uploads from middleware's matcher.";
    return Response.json({ error: "body_too_large", message }, { status: 413 });
  }
  return updateSession(request, protection);
}

export const config = {
  runtime: "nodejs",
  // Middleware runs for every page, handler and file, so that a new one has its session renewed and
  // its headers set without being listed. Exceptions, whose headers next.config.ts sets: routes of
  // Auth.js for signing in and out; health checks; scripts, styles and pictures of `next build`.
  // And /api/proxy, which streams bodies of any size and renews in getAccessToken.
  matcher: [
    "/((?!api/auth/|api/proxy/|api/health$|api/health/ready$|_next/static/|_next/image$).*)",
    "/api/auth/session",
    "/api/auth/check",
  ],
};
