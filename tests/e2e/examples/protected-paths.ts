import { acme } from "../../../packages/logto-stand-in/src/seed";
import { handler, page, type ProtectedAction, type ProtectedPath } from "../protected-paths";

const actions = "app/(protected)/examples/action/actions.ts";
const organization = "/examples/organization";

/** The examples for signed-in users. */
export const protectedPaths: ProtectedPath[] = [
  page("/examples/server"),
  page("/examples/middleware"),
  page("/examples/admin", { notAllowed: "bob" }),
  page("/examples/permission", { notAllowed: "carol" }),
  page(`${organization}/[id]`, { path: `${organization}/${acme.id}`, notAllowed: "bob" }),
  page("/examples/action"),
  page("/examples/step-up"),
  page("/examples/step-up/second-factor"),
  handler("/api/examples/session"),
  handler("/api/examples/step-up", { status: 401 }),
  handler("/api/examples/role", { notAllowed: "bob" }),
  handler("/api/examples/fresh", { notAllowed: "bob" }),
  handler("/api/examples/permission", { notAllowed: "carol" }),
  handler(`/api${organization}/[id]`, {
    path: `/api${organization}/${acme.id}`,
    notAllowed: "bob",
  }),
];

export const protectedActions: ProtectedAction[] = [
  { action: `${actions} saveNote` },
  { action: `${actions} deleteNote`, notAllowed: "bob" },
  { action: "app/(protected)/examples/step-up/actions.ts savePayout" },
];

export const publicPaths = new Set(["/examples", "/examples/client"]);
