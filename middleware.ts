import type { NextRequest } from "next/server";
import { isTooLarge } from "@/lib/server/body-limit";
import { withSecurityHeaders } from "@/lib/server/security-headers";
import { only } from "@/lib/session/routes/protected-paths";
import { updateSession } from "@/lib/session/routes/update-session";

/*
 * Redirects visitors of protected pages to the sign-in page before anything is rendered. With the
 * cookie store it also renews a session whose access token is about to expire. It is never the only
 * check: every protected page, handler and action has a guard. Read lib/session/guards.ts next.
 */

/**
 * Pages that need a session, with all pages below them. A protected page that is not listed is
 * still protected by its guard; the redirect then comes when the page has begun to render. To close
 * the whole site, files of `public/` included, except a few paths, replace `only([…])` with
 *     `allBut(["/sign-in", "/refused", "/api/auth", "/icon.svg"])`
 */
const protection = only([
  // One path a line.
  "/dashboard",
  "/profile",
  "/organizations",
  "/invitations",
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
  // Middleware runs for every page, handler and file, so new ones need no entry here. Exceptions:
  // the routes of Auth.js; health checks; scripts, styles and pictures of `next build`.
  // next.config.ts sets the security headers of these.
  // And /api/logto/webhook, which is signed and needs no session.
  // And /api/proxy, which streams bodies of any size and renews in getAccessToken.
  matcher: [
    "/((?!api/auth/|api/logto/webhook$|api/proxy/|api/health$|api/health/ready$|_next/static/|_next/image$).*)",
    "/api/auth/session",
    "/api/auth/check",
  ],
};
