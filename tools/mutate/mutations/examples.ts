import type { Mutation } from "../mutation";

/** The guard of an example. It runs in one build with those of pages.ts. */
export default [
  {
    what: "A page requires no role",
    file: "app/(protected)/examples/admin/page.tsx",
    find: 'protectedPage({ role: "admin" },',
    replace: "protectedPage({},",
    tests: {
      spec: "tests/e2e/examples/protected-paths.spec.ts",
      test: "every protected route is open only to users who are allowed",
    },
  },
] satisfies Mutation[];
