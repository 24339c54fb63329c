import * as oidc from "openid-client";
import { z } from "zod";
import { parseUserClaims, type UserClaims } from "./claims";
import { sendToLogto, toLogtoError, type LogtoClient } from "./client";
import { LogtoError } from "./errors";
import { logtoTimeout } from "./fetch-with-retry";

/** The answer to a refresh token grant. */
export interface TokenResponse {
  accessToken: string;
  /** Lifetime of the access token in seconds. */
  expiresIn: number;
  /** The refresh token to use from now on: often the same one (logto-facts "Refresh tokens"). */
  refreshToken: string;
  /**
   * The scopes that were granted, which are those asked for at sign-in and held by the user now.
   */
  scopes: string[];
  /** The user's claims of the fresh id_token, where there is one. */
  claims: UserClaims | undefined;
}

/** What an access token is wanted for; nothing: userinfo. */
export interface TokenTarget {
  /** Indicator of an API resource (RFC 8707), one of those asked for at sign-in. */
  resource?: string | undefined;
  /** A Logto organization that the user is a member of. */
  organizationId?: string | undefined;
}

const tokenResponse = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().default(3600),
  refresh_token: z.string().min(1).optional(),
  scope: z.string().default(""),
});

/**
 * Trades a refresh token for an access token (RFC 6749 §6). Sent again when the answer is late or
 * got lost (fetch-with-retry.ts). The caller must see to it that no two calls use one refresh token at
 * a time: a rotated one would end its grant.
 *
 * @param subject whose session this is; an answer about somebody else is refused (OIDC Core §12.2)
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
  // An answer that comes after the deadline is lost, and with it a token that Logto has replaced.
  // Where discovery took more than half of the time, this may take as long: the next try finds the
  // document there.
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
  return sendToLogto(client, request, leastTime);
}

/**
 * Revokes a refresh token and with it the whole grant (RFC 7009; JWT access tokens live on until
 * they expire).
 *
 * @throws LogtoError
 */
export async function revokeGrant(client: LogtoClient, refreshToken: string): Promise<void> {
  const parameters = { token_type_hint: "refresh_token" };
  await sendToLogto(client, (configuration) =>
    oidc.tokenRevocation(configuration, refreshToken, parameters),
  );
}

/**
 * The user's claims from `/oidc/me` (OIDC Core §5.3), which has some that no id_token has.
 *
 * @param accessToken the opaque one, got without a resource; Logto refuses a JWT there
 * @throws LogtoError `invalid_token` when the access token is not accepted (any more)
 */
export async function fetchUserinfo(
  client: LogtoClient,
  accessToken: string,
  subject: string,
): Promise<UserClaims> {
  return sendToLogto(client, async (configuration) => {
    try {
      return parseUserClaims(await oidc.fetchUserInfo(configuration, accessToken, subject));
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      throw new LogtoError("invalid_token", toLogtoError(error).message, { cause: error });
    }
  });
}

/**
 * A 401 says so, with and without the challenge that it should have (RFC 6750 §3): a proxy may have
 * dropped that.
 */
const isUnauthorized = (error: unknown) =>
  (error instanceof oidc.WWWAuthenticateChallengeError && error.status === 401) ||
  (error instanceof oidc.ClientError &&
    error.cause instanceof Response &&
    error.cause.status === 401);

/**
 * Where the browser goes to end its session at Logto (OpenID Connect RP-Initiated Logout 1.0 §2).
 * It must be the browser: a request from here would end nobody's session. `client_id` is enough, no
 * id_token is needed.
 *
 * @throws LogtoError `unavailable` when the issuer can't be discovered
 */
export async function endSessionUrl(
  client: LogtoClient,
  postLogoutRedirectUri: string,
  state = oidc.randomState(),
): Promise<URL> {
  const parameters = {
    client_id: client.clientId,
    post_logout_redirect_uri: postLogoutRedirectUri,
    state,
  };
  return sendToLogto(client, async (configuration) =>
    oidc.buildEndSessionUrl(configuration, parameters),
  );
}
