import * as oidc from "openid-client";
import { z } from "zod";
import { parseUserClaims, type UserClaims } from "./claims";
import { withLogto, toLogtoError, type LogtoClient } from "./client";
import { LogtoError } from "./errors";
import { logtoTimeout } from "./fetch-with-retry";

/** The response to a refresh token grant. */
export interface TokenResponse {
  accessToken: string;
  /** Lifetime of the access token in seconds. */
  expiresIn: number;
  /** The refresh token to use from now on. Often the same one (logto-facts "Refresh tokens"). */
  refreshToken: string;
  /** The granted scopes: those that were requested at sign-in and that the user has now. */
  scopes: string[];
  /** The user's claims from the new id_token, if there is one. */
  claims: UserClaims | undefined;
}

/** What an access token is for. Without a resource and an organization: Logto's userinfo. */
export interface TokenTarget {
  /** Indicator of an API resource (RFC 8707), one of LOGTO_RESOURCES at sign-in. */
  resource?: string | undefined;
  /**
   * Id of an organization: for its permissions at the resource, or without a resource for the
   * organization's own permissions.
   */
  organizationId?: string | undefined;
}

const tokenResponse = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().default(3600),
  refresh_token: z.string().min(1).optional(),
  scope: z.string().default(""),
});

/**
 * Requests tokens with a refresh token (RFC 6749 §6), for a renewal or an exchange. The request is
 * sent again if the response is late or got lost (fetch-with-retry.ts). The caller must ensure that
 * only one call uses a refresh token at a time: two calls with a rotated token would end the grant.
 *
 * @param subject the subject of the session. A response about another subject is rejected (OIDC
 *   Core §12.2)
 * @throws LogtoError
 */
export async function refreshTokens(
  client: LogtoClient,
  refreshToken: string,
  subject: string,
  target: TokenTarget = {},
): Promise<TokenResponse> {
  const parameters = new URLSearchParams();
  if (target.resource) parameters.set("resource", target.resource);
  if (target.organizationId) parameters.set("organization_id", target.organizationId);
  // A response after the deadline is lost, and with it the new refresh token. If discovery took
  // more than half of the time, this request may take as long. So it is not sent. The next attempt
  // finds the document in the cache.
  const leastTime = logtoTimeout / 2;
  const request = async (configuration: oidc.Configuration) => {
    const response = await oidc.refreshTokenGrant(configuration, refreshToken, parameters);
    const claims = response.claims();
    if (claims && claims.sub !== subject)
      throw new LogtoError("rejected", "the id_token is about another subject");
    const parsed = tokenResponse.parse(response);
    return {
      accessToken: parsed.access_token,
      expiresIn: parsed.expires_in,
      refreshToken: parsed.refresh_token ?? refreshToken,
      scopes: parsed.scope.split(" ").filter(Boolean),
      claims: claims && parseUserClaims(claims),
    };
  };
  return withLogto(client, request, leastTime);
}

/**
 * Revokes a refresh token and with it the whole grant (RFC 7009). JWT access tokens remain valid
 * until they expire.
 *
 * @throws LogtoError
 */
export async function revokeGrant(client: LogtoClient, refreshToken: string): Promise<void> {
  const parameters = { token_type_hint: "refresh_token" };
  await withLogto(client, (configuration) =>
    oidc.tokenRevocation(configuration, refreshToken, parameters),
  );
}

/**
 * The user's claims from `/oidc/me` (OIDC Core §5.3). Some of them are never in an id_token.
 *
 * @param accessToken an opaque one, requested without a resource: Logto rejects JWTs at userinfo
 * @throws LogtoError `invalid_token` if the access token is not accepted (any more)
 */
export async function fetchUserinfo(
  client: LogtoClient,
  accessToken: string,
  subject: string,
): Promise<UserClaims> {
  return withLogto(client, async (configuration) => {
    try {
      return parseUserClaims(await oidc.fetchUserInfo(configuration, accessToken, subject));
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      throw new LogtoError("invalid_token", toLogtoError(error).message, { cause: error });
    }
  });
}

/**
 * A 401 means that the access token was rejected, with or without the challenge of RFC 6750 §3. A
 * proxy may have removed the challenge.
 */
const isUnauthorized = (error: unknown) =>
  (error instanceof oidc.WWWAuthenticateChallengeError && error.status === 401) ||
  (error instanceof oidc.ClientError &&
    error.cause instanceof Response &&
    error.cause.status === 401);

/**
 * The URL at which the browser ends its session at Logto (OpenID Connect RP-Initiated Logout 1.0
 * §2). The browser must open it: a request from this server would end no session. `client_id` is
 * enough; no id_token is needed.
 *
 * @throws LogtoError `unavailable` if discovery fails
 */
export async function logtoSignOutUrl(
  client: LogtoClient,
  postLogoutRedirectUri: string,
  state = oidc.randomState(),
): Promise<URL> {
  const parameters = {
    client_id: client.clientId,
    post_logout_redirect_uri: postLogoutRedirectUri,
    state,
  };
  return withLogto(client, async (configuration) =>
    oidc.buildEndSessionUrl(configuration, parameters),
  );
}
