import type { ClientMetadata } from "oidc-provider";

/** A relying party as the stand-in's caller names it. */
export interface IdentityClient {
  clientId: string;
  /** Absent: a public client. */
  clientSecret?: string;
  /** Shown on the sign-in page. */
  name?: string;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  backchannelLogoutUri?: string;
  backchannelLogoutSessionRequired?: boolean;
  /** Logto's switch of that name: a refresh token without `offline_access`. */
  alwaysIssueRefreshToken?: boolean;
}

/** The registration of a client in the words of OpenID Connect Dynamic Client Registration. */
export function clientMetadata(client: IdentityClient): ClientMetadata {
  return {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    client_name: client.name,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: client.clientSecret ? "client_secret_basic" : "none",
    backchannel_logout_uri: client.backchannelLogoutUri,
    backchannel_logout_session_required: client.backchannelLogoutSessionRequired,
    alwaysIssueRefreshToken: client.alwaysIssueRefreshToken ?? false,
  };
}
