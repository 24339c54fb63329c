import type { Mutation } from "../mutation";

const forward = "lib/api-proxy/forward.ts";
const target = "lib/api-proxy/target.ts";
const send = "lib/api-proxy/send-to-api.ts";
const unit = (...names: string[]) => names.map((name) => `tests/unit/proxy-${name}.test.ts`);

/** The proxy to an API. */
export default [
  {
    what: "The API gets the cookies of the browser, the session's among them",
    file: forward,
    find: '"content-type",\n  "idempotency-key",',
    replace: '"content-type",\n  "cookie",\n  "idempotency-key",',
    tests: unit("forward"),
  },
  {
    what: "The API sends the browser elsewhere by a Refresh header",
    file: forward,
    find: '"retry-after",\n  "x-request-id",',
    replace: '"retry-after",\n  "refresh",\n  "x-request-id",',
    tests: unit("answers"),
  },
  {
    what: "A response of the API is a page of this site that may run scripts",
    file: forward,
    find: "\"content-security-policy\": \"default-src 'none'; frame-ancestors 'none'; sandbox\",",
    replace: "",
    tests: unit("answers"),
  },
  {
    what: "A cache may store the API's responses",
    file: forward,
    find: '"cache-control": "private, no-store",',
    replace: "",
    tests: unit("answers"),
  },
  {
    what: "The browser shows its password dialog for the API",
    file: forward,
    find: "challenge ?? (status",
    replace: 'headers.get("www-authenticate") ?? (status',
    tests: unit("answers"),
  },
  {
    what: "A token is requested for a path that can't be forwarded",
    file: forward,
    find: "if (!target) return errorJson",
    replace: "if (!target) await getAccessToken();\n  if (!target) return errorJson",
    tests: unit("forward"),
  },
  {
    what: "The API redirects the browser to any address",
    file: forward,
    find: "if (isRedirect(response) && !proxied) {",
    replace: "if (isRedirect(response) && !location) {",
    tests: unit("forward", "answers"),
  },
  {
    what: "The proxy waits for the API for ever",
    file: forward,
    find: "setTimeout(() => late.abort(), timeout)",
    replace: "setTimeout(() => undefined, timeout)",
    tests: unit("forward"),
  },
  {
    what: "The API goes on with a request that the browser has cancelled",
    file: forward,
    find: "AbortSignal.any([request.signal, late.signal])",
    replace: "late.signal",
    tests: unit("forward"),
  },
  {
    what: "A path may lead out of the API, by dots, slashes or a second encoding",
    file: target,
    find: 'if (!path.split("/").every(isPlain)) return undefined;',
    replace: "",
    tests: unit("target"),
  },
  {
    what: "A path may be encoded twice",
    file: target,
    find: "|%[\\da-f]{2}/iu",
    replace: "/iu",
    tests: unit("target"),
  },
  {
    what: "A path may have forms of Unicode that servers take for dots and slashes",
    file: target,
    find: '.normalize("NFKC")',
    replace: "",
    tests: unit("target"),
  },
  {
    what: "A location of another host is taken for one of the API",
    file: target,
    find: "origin !== base.origin || ",
    replace: "",
    tests: unit("target"),
  },
  {
    what: "A location outside the API's path is taken for one of the API",
    file: target,
    find: " || !pathname.startsWith(basePath)",
    replace: "",
    tests: unit("target"),
  },
  {
    what: "The browser is asked for the credentials of a proxy",
    file: send,
    find: " || status === 407",
    replace: "",
    tests: unit("answers"),
  },
  {
    what: "A body with an unknown transfer encoding is passed on",
    file: send,
    find: 'if (transferEncoding !== "chunked")',
    replace: "if (!transferEncoding)",
    tests: unit("answers"),
  },
  {
    what: "A part of an encoded body is decoded",
    file: "lib/api-proxy/encodings.ts",
    find: "if (isPartial && applied.length > 0)",
    replace: "if (isPartial && applied.length > 9)",
    tests: unit("answers"),
  },
  {
    what: "A body may be encoded any number of times",
    file: "lib/api-proxy/encodings.ts",
    find: "if (applied.length > maxEncodings)",
    replace: "if (applied.length > 99)",
    tests: unit("answers"),
  },
  {
    what: "Another site's page sends requests through the proxy as the user",
    file: "app/api/proxy/[...path]/route.ts",
    find: "if (isCrossOrigin(request))",
    replace: "if (!request.method && isCrossOrigin(request))",
    tests: {
      spec: "tests/e2e/proxy-session.spec.ts",
      test: "forwards a write of the app's own page, but none that another site's page may have caused",
    },
  },
] satisfies Mutation[];
