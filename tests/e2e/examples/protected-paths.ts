import { acme } from "../../../packages/logto-stand-in/src/seed";
import type { ProtectedAction, ProtectedPath } from "../protected-paths";

const actions = "app/(protected)/examples/action/actions.ts";

/** The examples for signed-in users. */
export const protectedPaths: ProtectedPath[] = [
  { route: "/examples/server", kind: "page" },
  { route: "/examples/middleware", kind: "page" },
  { route: "/examples/admin", kind: "page", notAllowed: "bob" },
  { route: "/examples/permission", kind: "page", notAllowed: "carol" },
  {
    route: "/examples/organization/[id]",
    kind: "page",
    path: `/examples/organization/${acme.id}`,
    notAllowed: "bob",
  },
  { route: "/examples/action", kind: "page" },
  { route: "/examples/step-up", kind: "page" },
  { route: "/examples/step-up/second-factor", kind: "page" },
  { route: "/api/examples/session", kind: "handler" },
  { route: "/api/examples/step-up", kind: "handler", status: 401 },
  { route: "/api/examples/role", kind: "handler", notAllowed: "bob" },
  { route: "/api/examples/fresh", kind: "handler", notAllowed: "bob" },
  { route: "/api/examples/permission", kind: "handler", notAllowed: "carol" },
  {
    route: "/api/examples/organization/[id]",
    kind: "handler",
    path: `/api/examples/organization/${acme.id}`,
    notAllowed: "bob",
  },
];

export const protectedActions: ProtectedAction[] = [
  { action: `${actions} saveNote` },
  { action: `${actions} deleteNote`, notAllowed: "bob" },
  { action: "app/(protected)/examples/step-up/actions.ts savePayout" },
];

export const publicPaths = new Set(["/examples", "/examples/client"]);
