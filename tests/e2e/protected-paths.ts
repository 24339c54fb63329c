import { acme } from "../../dev/identity/seed";

/**
 * A route for signed-in people. A new one belongs in here, or among the public ones below; a test
 * finds it missing.
 */
export interface ProtectedPath {
  /** As Next.js names it. */
  route: string;
  kind: "page" | "handler";
  /** An address of the route; the route itself where it has no parameters. */
  path?: string;
  /** The seeded person who may not, where a session is not enough. Alice may everything. */
  refuses?: string;
  /** What Alice is answered, other than 200. */
  status?: number;
}

/** A server action, by its file and name, for signed-in people. */
export interface ProtectedAction {
  action: string;
  /** The seeded person who may not, where a session is not enough. */
  refuses?: string;
}

const page = (route: string, more: Partial<ProtectedPath> = {}) =>
  ({ route, kind: "page", ...more }) as const;
const handler = (route: string, more: Partial<ProtectedPath> = {}) =>
  ({ route, kind: "handler", ...more }) as const;

export const protectedPaths: ProtectedPath[] = [
  page("/dashboard"),
  page("/profile", { path: "/profile?from=mail&note=a%26b" }),
  page("/organizations"),
  page("/organizations/[id]", { path: `/organizations/${acme.id}`, refuses: "carol" }),
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
];

/** Routes and actions that have no guard, and why. */
export const publicPaths = new Set([
  "/",
  "/icon.svg",
  "/_global-error",
  "/_not-found",
  // Signing in, and what comes of it.
  "/refused",
  "/sign-in",
  // Auth.js's own; back-channel logout asks for Logto's signature.
  "/api/auth/[...nextauth]",
  "/api/auth/backchannel-logout",
  // For whatever watches the servers.
  "/api/health",
  "/api/health/ready",
]);
