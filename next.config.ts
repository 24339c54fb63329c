import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // The development server's own log would show authorization codes.
  logging: { incomingRequests: { ignore: [/^\/api\/auth\/callback\//] } },
};

export default config;
