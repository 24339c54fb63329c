/** What an access token is for. Without a resource and an organization: Logto's userinfo. */
export interface AccessTokenTarget {
  /** Indicator of an API resource, one of LOGTO_RESOURCES. */
  resource?: string;
  /**
   * Id of an organization: for its permissions at the resource, or without a resource for the
   * organization's own permissions.
   */
  organizationId?: string;
}

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
  permission?: (AccessTokenTarget & { scope: string }) | undefined;
}
