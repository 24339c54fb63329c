import { unit, type Mutation } from "../mutation";

const fresh = "lib/session/lifecycle/fresh-session.ts";

/** Guards and access tokens that ask Logto anew. */
export default [
  {
    what: "A guard that should ask Logto trusts old claims",
    file: "lib/session/guards.ts",
    find: "requirement.fresh ? await freshSession()",
    replace: "requirement.fresh ? await getSession()",
    tests: unit("fresh"),
  },
  {
    what: "A guard that should ask Logto trusts an old permission",
    file: "lib/session/guards.ts",
    find: ", fresh: requirement.fresh",
    replace: "",
    tests: unit("fresh"),
  },
  {
    what: "While Logto is down, old claims pass for current ones",
    file: fresh,
    find: "if (status.failure) throw toSessionError(status.failure);",
    replace: "",
    tests: unit("fresh"),
  },
  {
    what: "Every request of a guard that asks Logto causes a request there",
    file: "lib/session/model/current-tokens.ts",
    find: "const currentFor = 10;",
    replace: "const currentFor = -1;",
    tests: unit("fresh"),
  },
  {
    what: "While Logto is down, an old token passes for a current one",
    file: "lib/session/access-token.ts",
    find: "token && isCurrent(token, now) ? token : undefined",
    replace: "token && isCurrent(token, now) ? token : token",
    tests: unit("fresh"),
  },
] satisfies Mutation[];
