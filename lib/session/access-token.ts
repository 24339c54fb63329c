import "server-only";
import { env } from "@/lib/env";
import { toLogtoError } from "@/lib/logto/client";
import { BoundedMap } from "@/lib/bounded-map";
import { processWide } from "@/lib/process-wide";
import {
  currentSession,
  noRefreshToken,
  noSessionError,
  writeSessionCookie,
} from "./lifecycle/current-session";
import { refreshed } from "./lifecycle/fresh-session";
import { exchangeToken, renewSession } from "./lifecycle/renewal";
import { sessionState, type SessionState } from "./lifecycle/session-state";
import { SingleFlight } from "./lifecycle/single-flight";
import { sessionStatus } from "./lifecycle/session-status";
import { logFailure, toSessionError } from "./lifecycle/to-session-error";
import { isCurrent } from "./model/current-tokens";
import { SessionError } from "./model/errors";
import type { TokenTarget } from "@/lib/logto/tokens";
import { isAccessTokenExpired, isAccessTokenExpiring, type Session } from "./model/session";

/** An access token. It must stay on the server: never pass it to a client component. */
interface AccessToken {
  accessToken: string;
  /** When it expires, in seconds since 1970, and its lifetime in seconds. */
  expiresAt: number;
  expiresIn: number;
  /**
   * The user's permissions when the token was issued, out of those requested and held at sign-in.
   * Empty for userinfo.
   */
  scopes: string[];
}

/** What an access token is for. With `fresh`: issued at most ten seconds ago. */
type AccessTokenRequest = TokenTarget & { fresh?: boolean | undefined };

/** The cached access token of one session for one target. */
interface CacheEntry {
  token: AccessToken | undefined;
  exchange: SingleFlight<AccessToken>;
}

/** How many tokens are cached per session. They are dropped with the session's state. */
const tokensPerSession = 100;
const tokenCaches = () =>
  processWide("access tokens", () => new WeakMap<SessionState, BoundedMap<string, CacheEntry>>());

/**
 * Returns an access token of the signed-in user, for pages, handlers and actions. It is cached
 * until shortly before it expires. Parallel calls make one request. Tokens are never shared between
 * sessions.
 *
 * With `fresh`, a token that is older than ten seconds is not used: for the moment after a
 * permission was taken away. (One that was gained needs a new sign-in at Logto; a guard's refusal
 * offers it.)
 *
 * If the refresh token rotates, the response of a handler carries a new session cookie and must not
 * be cached: `withSession` sees to that, a handler without it must do so itself.
 *
 * @example const { accessToken } = await getAccessToken({ resource: "https://api.example.com" });
 * @throws SessionError `signed_out`, `session_ended`, `no_refresh_token`, `not_a_member`,
 *   `scope_missing`, `resource_not_configured`, `database_unavailable`, `provider_unavailable` or
 *   `provider_refused`
 */
export async function getAccessToken(target: AccessTokenRequest = {}): Promise<AccessToken> {
  const { resource, organizationId } = target;
  if (resource && !env().LOGTO_RESOURCES.includes(resource)) {
    // Logto would reject the request, and rotate the refresh token all the same (logto-facts
    // "Refresh tokens").
    throw new SessionError("resource_not_configured", `${resource} is not in LOGTO_RESOURCES`);
  }
  const session = await currentSession();
  if (target.fresh && !resource && !organizationId) await refreshed(session);
  const accessToken =
    resource || organizationId ? await exchange(session, target) : await userinfoToken(session);
  const now = sessionStatus(session);
  if (now.status === "active") await writeSessionCookie(now.session);
  return accessToken;
}

async function userinfoToken(session: Session): Promise<AccessToken> {
  const status = await renewSession(session);
  if (status.status !== "active") throw noSessionError(status.status);
  const { accessToken, expiresAt, expiresIn, refreshToken } = status.session;
  if (accessToken && expiresAt && expiresIn && !isAccessTokenExpired({ expiresAt }))
    return { accessToken, expiresAt, expiresIn, scopes: [] };
  if (!refreshToken) throw noRefreshToken();
  throw toSessionError(status.failure ?? new Error("not renewed"));
}

async function exchange(
  session: Session,
  target: AccessTokenRequest,
  now = Date.now,
): Promise<AccessToken> {
  if (!session.refreshToken) throw noRefreshToken();
  const state = sessionState(session);
  const cached = cacheEntry(state, JSON.stringify([target.resource, target.organizationId]));
  const usable = target.fresh ? currentToken(cached.token, now()) : cached.token;
  if (usable && !isAccessTokenExpiring(usable, now())) return usable;
  try {
    cached.token = await cached.exchange.run(async () => {
      const { accessToken, expiresIn, scopes } = await exchangeToken(state, target).catch(
        (error: unknown) => {
          logFailure("access token request failed", error, { user: session.subject, ...target });
          throw error;
        },
      );
      return { accessToken, expiresIn, expiresAt: Math.floor(now() / 1000) + expiresIn, scopes };
    }, now);
    return cached.token;
  } catch (error) {
    // In an outage the cached token is used until it expires.
    if (
      usable &&
      !isAccessTokenExpired(usable, now()) &&
      toLogtoError(error).code === "unavailable"
    )
      return usable;
    throw toSessionError(error);
  }
}

/** The cached token if it was issued just now. */
const currentToken = (token: AccessToken | undefined, now: number) =>
  token && isCurrent(token, now) ? token : undefined;

function cacheEntry(state: SessionState, audience: string): CacheEntry {
  const ofSession =
    tokenCaches().get(state) ?? new BoundedMap<string, CacheEntry>(tokensPerSession);
  tokenCaches().set(state, ofSession);
  const entry = ofSession.get(audience) ?? {
    token: undefined,
    exchange: new SingleFlight<AccessToken>(),
  };
  ofSession.set(audience, entry);
  return entry;
}
