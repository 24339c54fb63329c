import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // The development server's own log would show authorization codes.
  logging: { incomingRequests: { ignore: [/^\/api\/auth\/callback\//] } },
  // Built beside the running development server by the tests, without touching its output.
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
};

export default config;
