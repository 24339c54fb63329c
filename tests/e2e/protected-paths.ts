import { acme } from "../../packages/logto-stand-in/src/seed";

/**
 * A route for signed-in users. Add a new route here, or to the public ones below. A test fails if
 * it is missing.
 */
export interface ProtectedPath {
  /** The route as Next.js names it. */
  route: string;
  kind: "page" | "handler";
  /** A path of the route. Defaults to the route itself. */
  path?: string;
  /**
   * A seeded person who is not allowed, for a route that requires more than a session. Alice is
   * always allowed.
   */
  notAllowed?: string;
  /** The status that Alice gets. Defaults to 200. */
  status?: number;
}

/** A server action for signed-in users, by its file and name. */
export interface ProtectedAction {
  action: string;
  /** A seeded person who is not allowed, for an action that requires more than a session. */
  notAllowed?: string;
}

/** A page for signed-in users. */
export const page = (route: string, more: Partial<ProtectedPath> = {}) =>
  ({ route, kind: "page", ...more }) as const;

/** A handler for signed-in users. */
export const handler = (route: string, more: Partial<ProtectedPath> = {}) =>
  ({ route, kind: "handler", ...more }) as const;

export const protectedPaths: ProtectedPath[] = [
  page("/dashboard"),
  page("/profile", { path: "/profile?from=mail&note=a%26b" }),
  page("/organizations"),
  page("/organizations/[id]", { path: `/organizations/${acme.id}`, notAllowed: "carol" }),
  page("/organizations/[id]/invitations", {
    path: `/organizations/${acme.id}/invitations`,
    notAllowed: "bob",
  }),
  // It is none of Alice's, so the page names no organization.
  page("/invitations/[id]", { path: "/invitations/none" }),
  page("/api-access"),
  page("/account"),
  page("/account/sessions"),
  page("/account/delete"),
  handler("/api/auth/check"),
  handler("/api/token-info"),
  // No API is configured here.
  handler("/api/proxy/[...path]", { path: "/api/proxy/products", status: 404 }),
];

export const protectedActions: ProtectedAction[] = [
  ...["confirmDeletion", "endSession", "endOtherSessions", "endAllSessions"].map((name) => ({
    action: `app/(protected)/account/actions.ts ${name}`,
  })),
  { action: "app/(protected)/organizations/[id]/invitations/actions.ts changeInvitations" },
  { action: "app/(protected)/invitations/[id]/actions.ts accept" },
];

/** Routes without a guard, and why. */
export const publicPaths = new Set([
  "/",
  "/icon.svg",
  "/_global-error",
  "/_not-found",
  // Signing in, and its errors.
  "/refused",
  "/sign-in",
  // Auth.js's routes. Back-channel logout requires Logto's signature.
  "/api/auth/[...nextauth]",
  "/api/auth/backchannel-logout",
  // Requires Logto's signature, too.
  "/api/logto/webhook",
  // For monitoring.
  "/api/health",
  "/api/health/ready",
]);
