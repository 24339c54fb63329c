import type { Mutation } from "../mutation";

const middlewarePaths = "tests/e2e/middleware-paths.spec.ts";

/**
 * Pages, middleware.ts, next.config.ts and the start of the server, which only a production build
 * shows. They run in one build, so no test of one of them may fail because of another one.
 */
export default [
  {
    what: "A page has no guard, and leaves visitors to middleware",
    file: "app/(protected)/profile/page.tsx",
    find: "export default protectedPage({}, async () => {",
    replace: "export default (async () => {",
    tests: {
      spec: "tests/e2e/protected-paths.spec.ts",
      test: "without middleware the guards respond the same",
    },
  },
  {
    what: "Middleware does not know a protected page",
    file: "middleware.ts",
    find: '"/dashboard",\n',
    replace: "\n",
    tests: {
      spec: "tests/e2e/protected-paths.spec.ts",
      test: "a visitor's session is null, and an unknown path below a protected one redirects",
    },
  },
  {
    what: "Middleware sets no Content Security Policy",
    file: "middleware.ts",
    find: "return withSecurityHeaders(await handle(request));",
    replace: "return handle(request);",
    tests: {
      spec: "tests/e2e/headers.spec.ts",
      test: "every page restricts what it may load and where its forms may post, for a visitor",
    },
  },
  {
    what: "A body that Next.js has cut reaches a handler",
    file: "middleware.ts",
    find: "if (await isTooLarge(request)) {",
    replace: "if (!request.method && (await isTooLarge(request))) {",
    tests: {
      spec: middlewarePaths,
      test: "a body without a length is rejected only if it is too large",
    },
  },
  {
    what: "Other sites can show Auth.js's pages in a frame",
    file: "next.config.ts",
    find: "style-src 'unsafe-inline'; frame-ancestors 'none';",
    replace: "style-src 'unsafe-inline';",
    tests: { spec: middlewarePaths, test: "no response of the app can be shown in a frame" },
  },
  {
    what: "A cache may store the responses of Auth.js's routes",
    file: "next.config.ts",
    find: 'toList({ "Cache-Control": "private, no-store" })',
    replace: 'toList({ "X-Cache-Control": "private, no-store" })',
    tests: {
      spec: middlewarePaths,
      test: "no cache may store the responses of Auth.js's routes",
    },
  },
  {
    what: "The sign-in page redirects signed-in users to any address",
    file: "app/(auth)/sign-in/page.tsx",
    find: "const callbackUrl = safeCallbackUrl(query.callbackUrl, home.origin);",
    replace:
      "const callbackUrl = String(query.callbackUrl ?? safeCallbackUrl(undefined, home.origin));",
    tests: {
      spec: "tests/e2e/bad-callback-url.spec.ts",
      test: "a callbackUrl never leads to another origin",
    },
  },
  {
    what: "Requests have no id",
    file: "lib/server/start.ts",
    find: "identifyRequests();",
    replace: "",
    tests: {
      spec: "tests/e2e/request-id.spec.ts",
      test: "every response has a request id",
    },
  },
  {
    what: "An address that can't be decoded is an error of the server",
    file: "lib/server/start.ts",
    find: "rejectMalformedAddresses();",
    replace: "",
    tests: {
      spec: "tests/e2e/malformed-addresses.spec.ts",
      test: "a malformed address is a 404",
    },
  },
] satisfies Mutation[];
