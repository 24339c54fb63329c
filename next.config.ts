import type { NextConfig } from "next";

/**
 * The headers of every response. lib/server/security-headers.ts adds those that depend on
 * variables.
 */
const headers = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
};

/**
 * For paths that middleware does not match; elsewhere its own policy replaces these. The sign-out
 * page of Auth.js has styles and a form that ends at Logto.
 */
const policies = {
  "/:path*": "frame-ancestors 'none'",
  "/api/auth/:path*":
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  // Responses of the API are data, never a page of this site.
  "/api/proxy/:path*": "default-src 'none'; frame-ancestors 'none'; sandbox",
};

const toList = (record: Record<string, string>) =>
  Object.entries(record).map(([key, value]) => ({ key, value }));

const config: NextConfig = {
  // The folder that the Dockerfile copies. `next start` serves the whole project and does not need
  // it.
  output: process.env.BUILD_STANDALONE ? "standalone" : undefined,
  poweredByHeader: false,
  reactStrictMode: true,
  // For images that Next.js resizes, this replaces the headers below. It is the default policy plus
  // a ban on frames.
  images: {
    contentSecurityPolicy: "script-src 'none'; frame-src 'none'; frame-ancestors 'none'; sandbox",
  },
  // The log of the development server would contain authorization codes, and the tokens of links.
  logging: { incomingRequests: { ignore: [/^\/api\/auth\/callback\//, /[?&]one_time_token=/] } },
  headers: () => [
    { source: "/:path*", headers: toList(headers) },
    ...Object.entries(policies).map(([source, policy]) => ({
      source,
      headers: toList({ "Content-Security-Policy": policy }),
    })),
    // These routes write the session cookie. Middleware sets this header elsewhere, but does not
    // match them.
    { source: "/api/auth/:path*", headers: toList({ "Cache-Control": "private, no-store" }) },
  ],
};

export default config;
