import type { NextRequest } from "next/server";
import { isTooLarge } from "@/lib/server/body-limit";
import { withSecurityHeaders } from "@/lib/server/security-headers";
import { only } from "@/lib/session/routes/protected-paths";
import { updateSession } from "@/lib/session/routes/update-session";

/*
 * Sends visitors away from pages that need a session, before anything is rendered, and in the
 * cookie store renews the session of each request. It is never the only check. Read
 * lib/session/guards.ts next.
 */

/**
 * Pages for signed-in people, with all pages below them. Every such page checks by its own guard
 * too: a page that is missing here is as safe, and is only rendered as far as its guard. To close
 * the whole site but a few paths, files such as those of `public/` among them: `allBut(["/sign-in",
 * "/refused", "/api/auth", "/icon.svg"])`.
 */
const protection = only([
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
      "The request's body is too large. A route for uploads belongs out of middleware's matcher.";
    return Response.json({ error: "body_too_large", message }, { status: 413 });
  }
  return updateSession(request, protection);
}

export const config = {
  runtime: "nodejs",
  // Every page, handler and file passes here, so that a new one is renewed and has its headers
  // without being listed. Left out: Auth.js's routes for signing in and out, /api/proxy (it streams
  // bodies of any length, and getAccessToken renews there), health checks, and what `next build`
  // made of scripts, styles and pictures. next.config.ts has the headers of these.
  matcher: [
    "/((?!api/auth/|api/proxy/|api/health$|api/health/ready$|_next/static/|_next/image$).*)",
    "/api/auth/session",
    "/api/auth/check",
  ],
};
