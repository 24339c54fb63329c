import type Library from "oidc-provider";
import { z } from "zod";
import { postToLoopback } from "./backchannel.js";
import { claimsByScope, claimsOf } from "./claims.js";
import { createClock, moveTimes, showServerTime } from "./clock.js";
import { clientMetadata, type StandInClient } from "./clients.js";
import { formatErrorsLikeLogto } from "./error-bodies.js";
import { grantRequestedScopes, interactionPolicyOfLogto } from "./consent.js";
import { Provider, errors } from "./library.js";
import { expiredPage, logoutPage, signedOutPage } from "./pages.js";
import { createAdapter } from "./records.js";
import { createRefreshGrant, refreshParameters } from "./refresh-grant.js";
import { describeResource } from "./resources.js";
import { fixedLifetimes, type Settings } from "./settings.js";
import { adjustSignedTokens } from "./signing.js";
import { authenticationClasses } from "./step-up.js";
import type { User } from "./directory.js";
import type { State } from "./state.js";
import type { Traffic } from "./traffic.js";

interface ProviderOptions {
  endpoint: string;
  clients: StandInClient[];
  state: State;
  settings: Settings;
  traffic?: Traffic | undefined;
}

const organizationIdSchema = z.string().optional();
const cookieOptions = { httpOnly: true, sameSite: "lax", signed: true } as const;

/** The authorization server: oidc-provider, configured to behave like Logto (Logto facts). */
export function createProvider({
  endpoint,
  clients,
  state,
  settings,
  traffic,
}: ProviderOptions): Library {
  const { directory, records, signingKey, cookieKeys } = state;
  const findUser = (id: string | undefined) => {
    const user = id === undefined ? undefined : directory.users.get(id);
    return user?.suspended ? undefined : user;
  };

  const provider = new Provider(`${endpoint}/oidc`, {
    adapter: createAdapter(records, settings),
    clients: clients.map(clientMetadata),
    jwks: { keys: [{ ...signingKey, alg: "ES384", use: "sig" }] },
    cookies: { keys: cookieKeys, long: cookieOptions, short: cookieOptions },
    clientDefaults: { id_token_signed_response_alg: "ES384" },
    enabledJWA: { idTokenSigningAlgValues: ["ES384"] },
    extraClientMetadata: { properties: ["alwaysIssueRefreshToken"] },
    // Tests shorten lifetimes to seconds, so with a tolerance expired tokens would still be
    // accepted.
    clockTolerance: 0,
    scopes: ["openid", "offline_access", "urn:logto:scope:sessions"],
    acrValues: [...authenticationClasses],
    claims: {
      ...Object.fromEntries(Object.entries(claimsByScope)),
      openid: ["sub", "acr", "amr", "auth_time"],
    },
    conformIdTokenClaims: false,
    extraParams: [
      "first_screen",
      "interaction_mode",
      "direct_sign_in",
      "identifier",
      "organization_id",
      "one_time_token",
    ],
    pkce: { required: (_ctx, client) => client.clientAuthMethod === "none" },
    clientBasedCORS: (_ctx, origin, client) =>
      client.redirectUris?.some((uri) => new URL(uri).origin === origin) ?? false,
    findAccount: (_ctx, id) => {
      const user = findUser(id);
      return (
        user && {
          accountId: user.id,
          claims: (use: string) => claimsOf(user, directory, use, endpoint),
        }
      );
    },
    loadExistingGrant: grantRequestedScopes,
    issueRefreshToken: async (_ctx, client, source) =>
      source.scopes.has("offline_access") || client.metadata().alwaysIssueRefreshToken === true,
    interactions: {
      policy: interactionPolicyOfLogto(),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    ttl: {
      AccessToken: () => settings.accessTokenLifetime,
      ClientCredentials: () => settings.accessTokenLifetime,
      AuthorizationCode: fixedLifetimes.authorizationCode,
      Grant: fixedLifetimes.grant,
      IdToken: () => settings.idTokenLifetime,
      Interaction: fixedLifetimes.interaction,
      RefreshToken: () => settings.refreshTokenLifetime,
      Session: fixedLifetimes.session,
    },
    extraTokenClaims: (ctx, token) => {
      const organizationId = ctx.oidc.params?.organization_id;
      const isForApi = "aud" in token && !String(token.aud).startsWith("urn:logto:organization:");
      const { AuthorizationCode, RefreshToken } = ctx.oidc.entities;
      const { acr, amr, authTime } = AuthorizationCode ?? RefreshToken ?? {};
      return {
        ...(acr && { acr }),
        ...(amr && { amr }),
        ...(authTime && { auth_time: authTime }),
        ...(Boolean(organizationId && isForApi && token.aud) && {
          organization_id: organizationId,
        }),
      };
    },
    formats: {
      customizers: {
        jwt: (_ctx, _token, { payload }) =>
          void Object.assign(payload, moveTimes(payload, settings.clockSkew)),
      },
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      backchannelLogout: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => false,
        getResourceServerInfo: (ctx, indicator) => {
          const { account, client, params, session } = ctx.oidc;
          return describeResource({
            directory,
            indicator,
            user: findUser(session?.accountId ?? account?.accountId),
            isMachine: client?.grantTypeAllowed("client_credentials"),
            organizationId: organizationIdSchema.parse(params?.organization_id),
            lifetime: settings.accessTokenLifetime,
          });
        },
      },
      rpInitiatedLogout: {
        logoutSource: (ctx, form) => void (ctx.body = logoutPage(form)),
        postLogoutSuccessSource: (ctx) => void (ctx.body = signedOutPage()),
      },
    },
    renderError: (ctx, out, error) => {
      const isPage =
        error instanceof errors.SessionNotFound && ctx.accepts("json", "html") === "html";
      ctx.body = isPage ? expiredPage() : out;
    },
    fetch: postToLoopback((url, logoutToken) => traffic?.logoutTokens.push({ url, logoutToken })),
  });

  const idTokenClaims = (user: User) => claimsOf(user, directory, "id_token", endpoint);
  provider.registerGrantType(
    "refresh_token",
    createRefreshGrant({ directory, records, settings, idTokenClaims }),
    refreshParameters,
    "resource",
  );
  adjustSignedTokens(provider, signingKey, settings);
  provider.on("server_error", (_ctx, error) => console.error("logto-stand-in:", error));
  provider.use(showServerTime(createClock(settings), settings));
  if (traffic) provider.use(traffic.middleware);
  traffic?.observe(provider);
  provider.use(formatErrorsLikeLogto);
  return provider;
}
