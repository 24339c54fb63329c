import "server-only";
import { env } from "@/lib/env";
import { toLogtoError } from "@/lib/logto/client";
import { BoundedMap } from "@/lib/bounded-map";
import { processWide } from "@/lib/process-wide";
import { currentSession, noSessionError, writeSessionCookie } from "./lifecycle/current-session";
import { exchangeToken, renewSession } from "./lifecycle/renewal";
import { sessionState, type SessionState } from "./lifecycle/session-state";
import { SingleFlight } from "./lifecycle/single-flight";
import { sessionStatus } from "./lifecycle/session-status";
import { logFailure, toSessionError } from "./lifecycle/session-error";
import { SessionError } from "./model/errors";
import type { AccessTokenTarget } from "./model/requirement";
import { isExpired, isExpiring, type Session } from "./model/session";

/** An access token with what it grants. Server-side only: never hand it to a client component. */
interface AccessToken {
  accessToken: string;
  /** When it expires, in seconds since 1970, and its lifetime, in seconds. */
  expiresAt: number;
  expiresIn: number;
  /**
   * The permissions that the user holds now, of those asked for and held at sign-in. Empty for
   * userinfo's token.
   */
  scopes: string[];
}

/** The access token of one session for one audience. */
interface CacheEntry {
  token: AccessToken | undefined;
  exchange: SingleFlight<AccessToken>;
}

/** Forgotten with their session, and at most this many of each. */
const tokensPerSession = 100;
const tokenCaches = () =>
  processWide("access tokens", () => new WeakMap<SessionState, BoundedMap<string, CacheEntry>>());

/**
 * An access token of the signed-in user, for server code: pages, handlers and actions. Kept until
 * it is about to expire, fetched by one request however many ask, and never shared between
 * sessions. Where the refresh token changed, a handler's answer carries the session cookie:
 * `withSession` keeps such an answer out of caches, a handler without it must do so itself.
 *
 * @throws SessionError `signed_out`, `session_ended`, `no_refresh_token`, `not_a_member`,
 *   `scope_missing`, `resource_not_configured`, `database_unavailable`, `provider_unavailable` or
 *   `provider_refused`
 */
export async function getAccessToken(target: AccessTokenTarget = {}): Promise<AccessToken> {
  const { resource, organizationId } = target;
  if (resource && !env().LOGTO_RESOURCES.includes(resource)) {
    // Asked of Logto, it would cost a rotating refresh token (logto-facts "Refresh tokens").
    throw new SessionError("resource_not_configured", `${resource} is not in LOGTO_RESOURCES`);
  }
  const session = await currentSession();
  const accessToken =
    resource || organizationId ? await exchange(session, target) : await ownAccessToken(session);
  const now = sessionStatus(session);
  if (now.status === "active") await writeSessionCookie(now.session);
  return accessToken;
}

const noRefreshToken = () =>
  new SessionError("no_refresh_token", "the session has no refresh token of Logto");

async function ownAccessToken(session: Session): Promise<AccessToken> {
  const status = await renewSession(session);
  if (status.status !== "active") throw noSessionError(status.status);
  const { accessToken, expiresAt, expiresIn, refreshToken } = status.session;
  if (accessToken && expiresAt && expiresIn && !isExpired({ expiresAt }))
    return { accessToken, expiresAt, expiresIn, scopes: [] };
  if (!refreshToken) throw noRefreshToken();
  throw toSessionError(status.failure ?? new Error("not renewed"));
}

async function exchange(
  session: Session,
  target: AccessTokenTarget,
  now = Date.now,
): Promise<AccessToken> {
  if (!session.refreshToken) throw noRefreshToken();
  const state = sessionState(session);
  const kept = cacheEntry(state, JSON.stringify([target.resource, target.organizationId]));
  if (kept.token && !isExpiring(kept.token, now())) return kept.token;
  try {
    kept.token = await kept.exchange.run(async () => {
      const { accessToken, expiresIn, scopes } = await exchangeToken(state, target).catch(
        (error: unknown) => {
          logFailure("access token not given", error, { user: session.subject, ...target });
          throw error;
        },
      );
      return { accessToken, expiresIn, expiresAt: Math.floor(now() / 1000) + expiresIn, scopes };
    }, now);
    return kept.token;
  } catch (error) {
    // An outage while the kept one is about to expire: it still serves.
    if (kept.token && !isExpired(kept.token, now()) && toLogtoError(error).code === "unavailable")
      return kept.token;
    throw toSessionError(error);
  }
}

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
