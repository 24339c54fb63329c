import type { Mutation } from "../mutation";

const file = "app/(protected)/organizations/[id]/page.tsx";
const tests = ["tests/unit/organization-page.test.ts"];

/** The pages of organizations. */
export default [
  {
    what: "Each made-up id of an organization costs a use of the refresh token",
    file,
    find: "if (listed && !listed.some((organization) => organization.id === id))",
    replace: "if (listed && !id)",
    tests,
  },
  {
    what: "A new member waits for the next renewal",
    file,
    find: "if (listed && !listed.some((organization) => organization.id === id))",
    replace: "if (listed)",
    tests,
  },
] satisfies Mutation[];
