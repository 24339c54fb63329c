import type { Mutation } from "../mutation";

const file = "auth.ts";
const checks = 'checks: ["pkce", "state", "nonce"],';
const tests = ["tests/unit/auth.test.ts"];

/** What Auth.js is told. */
export default [
  {
    what: "A sign-in has no PKCE",
    file,
    find: checks,
    replace: 'checks: ["state", "nonce"],',
    tests,
  },
  {
    what: "A sign-in has no state",
    file,
    find: checks,
    replace: 'checks: ["pkce", "nonce"],',
    tests,
  },
  {
    what: "A sign-in has no nonce",
    file,
    find: checks,
    replace: 'checks: ["pkce", "state"],',
    tests,
  },
  {
    what: "A sign-in asks for no consent, and gets no refresh token",
    file,
    find: ', prompt: "consent"',
    replace: "",
    tests,
  },
  {
    what: "Auth.js asks no page for its CSRF token",
    file,
    find: "...(context.isSameOrigin && { skipCSRFCheck }),",
    replace: "skipCSRFCheck,",
    tests,
  },
  {
    what: "Auth.js's view of a session has its tokens",
    file,
    find: "isSession(token) ? toPublicSession(token) : {",
    replace: "isSession(token) ? { ...token, ...toPublicSession(token) } : {",
    tests,
  },
  {
    what: "A sign-in that is refused after the code exchange leaves its grant",
    file,
    find: "context.grant = { subject: sub, refreshToken };",
    replace: "context.grant = { subject: sub, refreshToken: refreshToken && undefined };",
    tests: {
      spec: "tests/e2e/allowed-emails.spec.ts",
      test: "any other user may not sign in",
    },
  },
] satisfies Mutation[];
