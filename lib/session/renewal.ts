import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { toLogtoError, type LogtoClient } from "@/lib/logto/client";
import { LogtoError } from "@/lib/logto/errors";
import { refreshTokens, revokeGrant, type TokenResponse, type TokenTarget } from "@/lib/logto/tokens";
import {
  exchangedSession,
  isExpiring,
  isNewer,
  renewedSession,
  sessionLifetime,
  type SessionToken,
} from "./session-token";
import { BoundedMap, shared } from "./shared";
import { SingleFlight } from "./single-flight";

/**
 * How a session goes on. `active` carries its newest tokens and, where they could not be renewed, why.
 * `ended`: Logto ended the grant. `signed_out`: it was ended here, and no request in flight brings it back.
 */
export type Continued =
  | { status: "active"; token: SessionToken; failure?: LogtoError }
  | { status: "ended" }
  | { status: "signed_out" };

/** What this process knows of one session. */
export interface SessionState {
  /** The newest tokens. A request with an older cookie gets these, and so never renews what was renewed. */
  token: SessionToken;
  ended: boolean;
  /** The last of the requests that use the refresh token. They go one after another: it may change with each. */
  tail: Promise<unknown>;
  /** Renewal of the session's own access token. */
  renewal: SingleFlight<void>;
}

/**
 * Keyed by our session id, which is random, inside the encrypted cookie and of one session only: no renewal is ever
 * shared by audience or user (CVE-2025-67490).
 */
const states = () => shared("sessions", () => new BoundedMap<string, SessionState>(10_000));
/** Sessions that were signed out, by id, until when (ms) a cookie of theirs could still be about. */
const revoked = () => shared("revoked", () => new Map<string, number>());

/** This app as a client of Logto. */
export const logtoClient = (): LogtoClient => {
  const { AUTH_LOGTO_ISSUER, AUTH_LOGTO_ID, AUTH_LOGTO_SECRET } = env();
  return { issuer: AUTH_LOGTO_ISSUER, clientId: AUTH_LOGTO_ID, clientSecret: AUTH_LOGTO_SECRET };
};

/** This process's state of a session, brought up to date by a cookie that another process may have written. */
export function stateOf(token: SessionToken): SessionState {
  const known = states().get(token.sid);
  if (known) {
    if (token.generation > known.token.generation) known.ended = false;
    if (isNewer(token, known.token)) known.token = token;
    return known;
  }
  const state = { token, ended: false, tail: Promise.resolve(), renewal: new SingleFlight<void>() };
  states().set(token.sid, state);
  return state;
}

/**
 * The session as this process knows it, without asking Logto.
 *
 * @param token from a request's cookie
 */
export function continueSession(token: SessionToken): Continued {
  if (revoked().has(token.sid)) return { status: "signed_out" };
  const state = stateOf(token);
  if (state.ended) return { status: "ended" };
  const { failure } = state.renewal;
  return { status: "active", token: state.token, ...(failure && { failure }) };
}

/**
 * The session with tokens that are good for a while: renewed first when they are about to expire. Any number of parallel
 * calls make one request, and whoever comes later with the old cookie gets its kept result. Only a refused grant ends
 * the session; without an answer the tokens stay as they are, and renewal is tried again with growing pauses.
 *
 * @param now in milliseconds
 */
export async function renewSession(
  token: SessionToken,
  now = Date.now,
  { force = false } = {},
): Promise<Continued> {
  const known = continueSession(token);
  if (known.status !== "active" || !known.token.refreshToken) return known;
  if (!force && !isExpiring(known.token, now())) return known;
  const state = stateOf(token);
  // What failed is told by the state: in `continueSession`, to everybody who asks.
  await state.renewal.run(() => renew(state, now), now).catch(() => undefined);
  return continueSession(token);
}

async function renew(state: SessionState, now: () => number): Promise<void> {
  const { sub } = state.token;
  try {
    await useRefreshToken(state, {}, (response) => renewedSession(state.token, response, now()));
    log.info("session renewed", { sub });
  } catch (thrown) {
    const error = toLogtoError(thrown);
    const level = error.code === "unavailable" ? "warn" : "error";
    if (!state.ended) log[level]("session renewal failed", { sub, code: error.code, reason: error.message });
    throw error;
  }
}

/**
 * Sends one refresh token grant of a session, after those before it, and stores what comes back.
 *
 * @param next the session after the answer
 * @throws LogtoError; `invalid_grant` has then ended the session
 */
export async function useRefreshToken(
  state: SessionState,
  target: TokenTarget,
  next: (response: TokenResponse) => SessionToken = (response) => exchangedSession(state.token, response),
): Promise<TokenResponse> {
  const turn = state.tail.then(async () => {
    const { refreshToken, sub, sid } = state.token;
    if (!refreshToken || state.ended || revoked().has(sid))
      throw new LogtoError("invalid_grant", "the session is over");
    try {
      const response = await refreshTokens(logtoClient(), refreshToken, sub, target);
      state.token = Object.freeze(next(response));
      return response;
    } catch (thrown) {
      const error = toLogtoError(thrown);
      state.ended = error.code === "invalid_grant";
      if (state.ended) log.warn("session ended by Logto", { sub, reason: error.message });
      throw error;
    }
  });
  state.tail = turn.catch(() => undefined);
  return turn;
}

/** The same session with a longer life, for its cookie to be written anew. `exp` in seconds. */
export function slideSession(token: SessionToken, exp: number): SessionToken {
  const state = stateOf(token);
  if (state.token.exp < exp) state.token = Object.freeze({ ...state.token, exp });
  return state.token;
}

/**
 * Ends a session everywhere: here at once, and its grant at Logto after any request under way, so that a rotated refresh
 * token is revoked too. Nobody stays signed in because Logto does not answer: that goes to the log.
 */
export async function endSession(token: SessionToken, { keepGrant = false } = {}): Promise<void> {
  const now = Date.now();
  // All are kept equally long, so the oldest come first.
  for (const [sid, forgettable] of revoked()) {
    if (forgettable >= now) break;
    revoked().delete(sid);
  }
  const state = stateOf(token);
  // A renewal under way may write one more cookie, which lives a whole session long.
  revoked().set(token.sid, now + 2 * sessionLifetime * 1000);
  await state.tail;
  states().delete(token.sid);
  const { refreshToken, sub } = state.token;
  if (keepGrant || !refreshToken || state.ended) return;
  try {
    await revokeGrant(logtoClient(), refreshToken);
    log.info("signed out", { sub });
  } catch (error) {
    log.error("signed out here, but the grant could not be revoked", {
      sub,
      reason: toLogtoError(error).message,
    });
  }
}
