import type {
  AccountClaims,
  Client,
  Grant,
  RefreshToken,
  TokenEndpointGrantContext,
} from "oidc-provider";
import { errors } from "./library.js";
import { assertOrganizationAccess } from "./organizations.js";
import { describeOrganization, describeResource, resourceServer } from "./resources.js";
import type { Directory, User } from "./directory.js";
import type { Records } from "./records.js";
import type { Settings } from "./settings.js";

type Context = TokenEndpointGrantContext<{ refresh_token?: string; organization_id?: string }>;

export const refreshParameters = ["refresh_token", "scope", "resource", "organization_id"];

interface RefreshGrantOptions {
  directory: Directory;
  records: Records;
  settings: Settings;
  idTokenClaims(user: User): AccountClaims;
}

/**
 * The refresh_token grant (RFC 6749 §6) as in Logto: oidc-provider's grant with organization
 * tokens. The checks run in Logto's order, which a client can observe: a bad scope or organization
 * is rejected before a rotating token is consumed, a bad resource only afterwards (Logto facts:
 * refresh tokens).
 */
export function createRefreshGrant(options: RefreshGrantOptions) {
  const { directory, records, settings, idTokenClaims } = options;
  return async (ctx: Context): Promise<void> => {
    const { client, params, provider, requestParamScopes } = ctx.oidc;
    if (!params.refresh_token)
      throw new errors.InvalidRequest("missing required parameter 'refresh_token'");

    let token = await provider.RefreshToken.find(params.refresh_token, { ignoreExpiration: true });
    if (!token || token.clientId !== client.clientId)
      throw new errors.InvalidGrant("refresh token not found");
    if (token.isExpired) throw new errors.InvalidGrant("refresh token is expired");
    const grant = await findGrant(ctx, token);

    const missing = [...requestParamScopes].filter((scope) => !token?.scopes.has(scope));
    if (missing.length > 0)
      throw new errors.InvalidScope("refresh token missing requested scope", missing.join(" "));

    const user = directory.users.get(token.accountId);
    if (!user || user.suspended)
      throw new errors.InvalidGrant("refresh token invalid (user not found)");
    if (token.consumed) {
      records.removeWhere("grantId", grant.jti);
      records.remove("Grant", grant.jti);
      throw new errors.InvalidGrant("refresh token already used");
    }
    const organizationId = params.organization_id;
    if (organizationId) assertOrganizationAccess(user, organizationId, token.scopes);

    let refreshToken = params.refresh_token;
    if (isRotated(token, client, settings)) {
      await token.consume();
      token = rotate(ctx, token, grant.jti);
      refreshToken = await token.save();
    }
    ctx.oidc.entity("Account", { accountId: user.id });
    ctx.oidc.entity("RefreshToken", token);

    const scopes = params.scope ? requestParamScopes : token.scopes;
    const accessToken = describeAccessToken(ctx, {
      token,
      grant,
      user,
      scopes,
      directory,
      lifetime: settings.accessTokenLifetime,
    });
    ctx.oidc.entity("AccessToken", accessToken);

    ctx.body = {
      access_token: await accessToken.save(),
      expires_in: accessToken.expiration,
      id_token: scopes.has("openid")
        ? await issueIdToken(ctx, token, grant.getOIDCScopeFiltered(scopes), idTokenClaims(user))
        : undefined,
      refresh_token: refreshToken,
      scope: accessToken.scope,
      token_type: accessToken.tokenType,
    };
  };
}

async function findGrant(ctx: Context, token: RefreshToken): Promise<Grant> {
  const grant = token.grantId ? await ctx.oidc.provider.Grant.find(token.grantId) : undefined;
  if (
    !grant ||
    grant.clientId !== ctx.oidc.client.clientId ||
    grant.accountId !== token.accountId
  ) {
    throw new errors.InvalidGrant("grant not found");
  }
  ctx.oidc.entity("Grant", grant);
  return grant;
}

/** Seconds. */
const year = 365.25 * 24 * 60 * 60;

/**
 * Logto's rule: a confidential client's token rotates from 70 % of its lifetime on, a public
 * client's at every refresh, and none after a total lifetime of one year.
 */
function isRotated(token: RefreshToken, client: Client, { rotation }: Settings): boolean {
  if (rotation !== "logto") return rotation === "always";
  if (token.totalLifetime() >= year) return false;
  return client.clientAuthMethod === "none" || token.ttlPercentagePassed() >= 70;
}

/** Returns a successor with a full lifetime. `iiat` is when the first token was issued. */
function rotate(ctx: Context, token: RefreshToken, grantId: string): RefreshToken {
  ctx.oidc.entity("RotatedRefreshToken", token);
  const { accountId, acr, amr, authTime, claims, expiresWithSession } = token;
  const { iiat, nonce, resource, sessionUid, sid } = token;
  return new ctx.oidc.provider.RefreshToken({
    ...{ accountId, acr, amr, authTime, claims, expiresWithSession },
    ...{ iiat, nonce, resource, sessionUid, sid, grantId },
    client: ctx.oidc.client,
    gty: "authorization_code refresh_token",
    rotations: (token.rotations ?? 0) + 1,
    scope: token.scope ?? "",
  });
}

interface AccessTokenRequest {
  token: RefreshToken;
  grant: Grant;
  user: User;
  scopes: Set<string>;
  directory: Directory;
  lifetime: number;
}

/**
 * Builds the access token: opaque without a resource, otherwise a JWT for the resource or the
 * organization. Its `scope` holds what is granted and what the user still has.
 */
function describeAccessToken(ctx: Context, request: AccessTokenRequest) {
  const { token, grant, user, scopes, directory, lifetime } = request;
  const { client, params, provider } = ctx.oidc;
  const { accountId, expiresWithSession, sessionUid, sid } = token;
  const accessToken = new provider.AccessToken({
    ...{ accountId, client, expiresWithSession, sessionUid, sid, grantId: grant.jti },
    gty: "authorization_code refresh_token",
  });

  if (params.organization_id && !params.resource) {
    accessToken.resourceServer = describeOrganization(
      directory,
      params.organization_id,
      user,
      lifetime,
    );
    accessToken.scope = [...accessToken.resourceServer.scopes]
      .filter((scope) => scopes.has(scope))
      .join(" ");
    return accessToken;
  }
  const resource = resolveResource(params.resource, token, scopes);
  if (!resource) {
    accessToken.scope = grant.getOIDCScopeFiltered(scopes);
    return accessToken;
  }
  const organizationId = params.organization_id;
  const server = resourceServer(
    resource,
    describeResource({ directory, indicator: resource, user, organizationId, lifetime }),
  );
  accessToken.resourceServer = server;
  accessToken.scope = grant.getResourceScopeFiltered(
    resource,
    [...scopes].filter((scope) => server.scopes.has(scope)),
  );
  return accessToken;
}

/**
 * Returns the requested resource. A request with two resources gets an opaque token, as if it had
 * none (Logto facts: tokens).
 */
function resolveResource(
  requested: string | string[] | undefined,
  token: RefreshToken,
  scopes: Set<string>,
) {
  const resource = requested ?? (scopes.has("openid") ? undefined : token.resource);
  if (!resource || Array.isArray(resource)) return undefined;
  if (!token.resourceIndicators.has(resource)) throw new errors.InvalidTarget();
  return resource;
}

async function issueIdToken(
  ctx: Context,
  token: RefreshToken,
  scope: string,
  claims: AccountClaims,
): Promise<string> {
  const { acr, amr, authTime } = token;
  const idToken = new ctx.oidc.provider.IdToken(
    { ...claims, acr, amr, auth_time: authTime },
    { ctx },
  );
  Object.assign(idToken, { scope, mask: token.claims?.id_token ?? {}, rejected: [] });
  idToken.set("nonce", token.nonce);
  idToken.set("sid", token.sid);
  return idToken.issue({ use: "idtoken" });
}
