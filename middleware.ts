import type { NextRequest } from "next/server";
import { withSecurityHeaders } from "@/lib/security-headers";
import { only } from "@/lib/session/protected-paths";
import { updateSession } from "@/lib/session/update-session";

/**
 * Pages for signed-in people, with all pages below them. Each checks for itself too, by a guard. To close the whole site but a
 * few paths: `allBut(["/sign-in", "/refused", "/api/auth"])`.
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
  // Every page and handler passes here, because here is where its session is renewed; so a new one needs nothing but its
  // guard. Left out: Auth.js's own routes for signing in and out, what streams bodies of any length, and files.
  matcher: [
    "/((?!api/auth/|api/proxy/|api/health|_next/static|_next/image|.*\\.(?:css|js|map|json|txt|xml|ico|svg|png|jpg|jpeg|gif|webp|avif|woff2)$).*)",
    "/api/auth/session",
    "/api/auth/check",
  ],
};
