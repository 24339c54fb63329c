import { unit, type Mutation } from "../mutation";

const stepUp = "lib/session/model/step-up.ts";

/** What a guard requires of the user's last authentication. */
export default [
  {
    what: "Guards do not check how the user signed in",
    file: "lib/session/guards.ts",
    find: "checkStepUp(await currentSession(), requirement);",
    replace: "",
    tests: unit("step-up"),
  },
  {
    what: "Any sign-in counts as recent",
    file: stepUp,
    find: "!isFreshSignIn(session, freshWithin, now)",
    replace: "!isFreshSignIn(session, Infinity, now)",
    tests: unit("step-up"),
  },
  {
    what: "One factor counts as two",
    file: stepUp,
    find: "classOf(session) < classes.indexOf(acr)",
    replace: "classOf(session) < 0",
    tests: unit("step-up"),
  },
  {
    what: "An unknown class counts as one factor",
    file: stepUp,
    find: "classOf(session) < classes.indexOf(acr)",
    replace: "Math.max(0, classOf(session)) < classes.indexOf(acr)",
    tests: unit("step-up"),
  },
] satisfies Mutation[];
