import type { Mutation } from "../mutation";

const shownBy = (route: string) => ({
  spec: "tests/e2e/examples/protected-paths.spec.ts",
  test: `${route} `,
});

/** The guards of the examples. They run in one build with those of pages.ts. */
export default [
  {
    what: "A handler has no guard",
    file: "app/api/examples/session/route.ts",
    find: "export const GET = withSession(({ user, expires }) => Response.json({ name: user.name, expires }));",
    replace: "export const GET = () => Response.json({ guard: typeof withSession });",
    tests: shownBy("/api/examples/session"),
  },
  {
    what: "A page requires no role",
    file: "app/(protected)/examples/admin/page.tsx",
    find: 'protectedPage({ role: "admin" },',
    replace: "protectedPage({},",
    tests: shownBy("/examples/admin"),
  },
  {
    what: "A handler requires no role in the organization of its address",
    file: "app/api/examples/organization/[id]/route.ts",
    find: 'await requireSession({ organization: { id, role: "admin" } });',
    replace: "await requireSession();",
    tests: shownBy("/api/examples/organization/[id]"),
  },
  {
    what: "A handler requires no role",
    file: "app/api/examples/role/route.ts",
    find: 'role: "admin",',
    replace: "",
    tests: shownBy("/api/examples/role"),
  },
] satisfies Mutation[];
