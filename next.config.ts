import type { NextConfig } from "next";

/** The headers of every answer. What depends on variables is in lib/server/security-headers.ts. */
const headers = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
};

/**
 * For what middleware does not match: its own policy takes the place of these. Auth.js's page for
 * signing out has styles and a form that ends at Logto.
 */
const policies = {
  "/:path*": "frame-ancestors 'none'",
  "/api/auth/:path*":
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  // Whatever the API answers, it is data here, and never a page of this site.
  "/api/proxy/:path*": "default-src 'none'; frame-ancestors 'none'; sandbox",
};

const toList = (record: Record<string, string>) =>
  Object.entries(record).map(([key, value]) => ({ key, value }));

const config: NextConfig = {
  // The folder that the Dockerfile copies. `next start`, which serves the whole project, has no use
  // for it.
  output: process.env.BUILD_STANDALONE ? "standalone" : undefined,
  poweredByHeader: false,
  reactStrictMode: true,
  // In place of the headers below, for pictures that Next.js scales; its own, and no frames.
  images: {
    contentSecurityPolicy: "script-src 'none'; frame-src 'none'; frame-ancestors 'none'; sandbox",
  },
  // The development server's own log would show authorization codes.
  logging: { incomingRequests: { ignore: [/^\/api\/auth\/callback\//] } },
  headers: () => [
    { source: "/:path*", headers: toList(headers) },
    ...Object.entries(policies).map(([source, policy]) => ({
      source,
      headers: toList({ "Content-Security-Policy": policy }),
    })),
    // These write the session cookie, and middleware, which sees to it elsewhere, does not match
    // them.
    { source: "/api/auth/:path*", headers: toList({ "Cache-Control": "private, no-store" }) },
  ],
};

export default config;
