import type { NextRequest } from "next/server";
import { withSecurityHeaders } from "@/lib/security-headers";
import { only } from "@/lib/session/routes/protected-paths";
import { updateSession } from "@/lib/session/routes/update-session";

/*
 * Sends visitors away from pages that need a session, before anything is rendered, and in the cookie store renews the session of
 * each request. It is never the only check. Read lib/session/guards.ts next.
 */

/**
 * Pages for signed-in people, with all pages below them. Every such page checks by its own guard too: a page that is missing
 * here is as safe, and is only rendered as far as its guard. To close the whole site but a few paths:
 * `allBut(["/sign-in", "/refused", "/api/auth"])`.
 */
const protection = only([
  "/dashboard",
  "/profile",
  "/organizations",
  "/api-access",
  "/account",
  "/examples/middleware",
]);

/** What middleware lets through of a request's body, in bytes; the rest it would cut off without a word. */
const bodyLimit = 10 * 1024 * 1024;

export async function middleware(request: NextRequest): Promise<Response> {
  return withSecurityHeaders(await answer(request));
}

function answer(request: NextRequest): Promise<Response> | Response {
  if (Number(request.headers.get("content-length")) > bodyLimit) {
    const message =
      "The request's body is too large. A route for uploads belongs out of middleware's matcher.";
    return Response.json({ error: "body_too_large", message }, { status: 413 });
  }
  return updateSession(request, protection);
}

export const config = {
  runtime: "nodejs",
  // Every page and handler passes here, so that a new one is renewed without being listed. Left out: Auth.js's routes for
  // signing in and out, /api/proxy (it streams bodies of any length, and getAccessToken renews there), health checks, files.
  matcher: [
    "/((?!api/auth/|api/proxy/|api/health|_next/static|_next/image|.*\\.(?:css|js|map|json|txt|xml|ico|svg|png|jpg|jpeg|gif|webp|avif|woff2)$).*)",
    "/api/auth/session",
    "/api/auth/check",
  ],
};
