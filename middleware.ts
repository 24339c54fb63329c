import type { NextRequest } from "next/server";
import { updateSession } from "@/lib/session/update-session";

/** Pages for signed-in people, with all pages below them. Each checks for itself too, by a guard. */
const protectedPages = ["/dashboard", "/profile", "/organizations", "/api-access", "/account"];

const isProtected = (pathname: string) =>
  protectedPages.some((page) => pathname === page || pathname.startsWith(`${page}/`));

export function middleware(request: NextRequest) {
  return updateSession(request, isProtected);
}

export const config = {
  runtime: "nodejs",
  // What reads or shows a session passes here, because here is where it is renewed. Auth.js's own routes for signing in
  // and out stay out, and so would anything that streams uploads: middleware cuts a request's body at 10 MB.
  matcher: [
    "/dashboard/:path*",
    "/profile/:path*",
    "/organizations/:path*",
    "/api-access/:path*",
    "/account/:path*",
    "/sign-in",
    "/api/auth/session",
    "/api/auth/check",
  ],
};
