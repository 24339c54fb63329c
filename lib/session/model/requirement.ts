import type { TokenTarget } from "@/lib/logto/tokens";
import type { AuthenticationClass } from "./step-up";

/**
 * What a guard requires of a session. All conditions must be met; `{}` is any session.
 *
 * @example { organization: { id: "acme", role: "admin" } }
 */
export interface Requirement {
  /** A role of the user at Logto. */
  role?: string | undefined;
  /** Membership of an organization, and a role in it. */
  organization?: { id: string; role?: string | undefined } | undefined;
  /**
   * A permission: a scope of the access token for this target. For a resource alone, Logto counts
   * roles in all of the user's organizations. An app with several tenants must therefore name the
   * organization (docs/protecting.md).
   */
  permission?: (TokenTarget & { scope: string }) | undefined;
  /**
   * Asks Logto anew, instead of relying on claims and permissions that are as old as their access
   * token. What counts is then at most ten seconds old.
   */
  fresh?: boolean | undefined;
  /** The user authenticated at Logto at most so many seconds ago (step-up.ts). */
  freshWithin?: number | undefined;
  /** The user authenticated at Logto at least by this class, such as with a second factor. */
  acr?: AuthenticationClass | undefined;
}
