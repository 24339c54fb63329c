import type { ClientMetadata } from "oidc-provider";

/** A relying party to register at the stand-in. */
export interface StandInClient {
  clientId: string;
  /** Absent: a public client. */
  clientSecret?: string;
  /** Shown on the sign-in page. */
  name?: string;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  backchannelLogoutUri?: string;
  backchannelLogoutSessionRequired?: boolean;
  /** Logto's setting of that name: issues a refresh token even without `offline_access`. */
  alwaysIssueRefreshToken?: boolean;
  /** An application without users. It gets tokens for the Management API alone. */
  machineToMachine?: boolean;
}

/**
 * Converts a client to the metadata of OpenID Connect Dynamic Client Registration.
 *
 * @internal
 */
export function clientMetadata(client: StandInClient): ClientMetadata {
  return {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    client_name: client.name,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    grant_types: client.machineToMachine
      ? ["client_credentials"]
      : ["authorization_code", "refresh_token"],
    response_types: client.machineToMachine ? [] : ["code"],
    token_endpoint_auth_method: client.clientSecret ? "client_secret_basic" : "none",
    backchannel_logout_uri: client.backchannelLogoutUri,
    backchannel_logout_session_required: client.backchannelLogoutSessionRequired,
    alwaysIssueRefreshToken: client.alwaysIssueRefreshToken ?? false,
  };
}
