/** What an access token is for; nothing: Logto's userinfo. */
export interface AccessTokenTarget {
  /** Indicator of an API resource, one of LOGTO_RESOURCES. */
  resource?: string;
  /** A Logto organization; alone for the organization's own permissions, or with a resource. */
  organizationId?: string;
}

/** What a session has to meet: every condition that is given. With none, any session is enough. */
export interface Requirement {
  /** A role of the user at Logto. */
  role?: string | undefined;
  /** Membership of an organization, with a role in it where one is named. */
  organization?: { id: string; role?: string | undefined } | undefined;
  /**
   * A permission: a scope of the access token for an API resource, for an organization, or for
   * both. For a resource alone, a role in any organization counts: an app for several tenants names
   * the organization (docs/protecting.md).
   */
  permission?: (AccessTokenTarget & { scope: string }) | undefined;
}
