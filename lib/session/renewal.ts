import { hasDatabase, isDatabaseError } from "@/lib/db";
import { env, usesRows } from "@/lib/env";
import { log } from "@/lib/log";
import { toLogtoError, type LogtoClient } from "@/lib/logto/client";
import { LogtoError } from "@/lib/logto/errors";
import { refreshTokens, revokeGrant, type TokenResponse, type TokenTarget } from "@/lib/logto/tokens";
import { BoundedMap, shared } from "@/lib/shared";
import { isRevoked, revokeSid } from "./revocations";
import { fromRow, takeRow } from "./rows";
import {
  exchangedSession,
  isExpiring,
  isNewer,
  isSliding,
  renewedSession,
  sessionLifetime,
  type SessionToken,
} from "./session-token";
import { SingleFlight } from "./single-flight";
import { withNewestTokens } from "./newest-tokens";
import { userExists } from "./users";

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
  /** When this process last wrote to its row that it was used, in milliseconds. */
  seenAt: number;
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
  const renewal = new SingleFlight<void>();
  const state = { token, ended: false, seenAt: 0, tail: Promise.resolve(), renewal };
  states().set(token.sid, state);
  return state;
}

/**
 * The session as this process knows it, without asking Logto.
 *
 * @param token from a request's cookie
 */
export function continueSession(token: SessionToken): Continued {
  if (isRevoked(token)) return { status: "signed_out" };
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
export async function renewSession(token: SessionToken, now = Date.now): Promise<Continued> {
  const known = continueSession(token);
  if (known.status !== "active" || !known.token.refreshToken) return known;
  if (!isExpiring(known.token, now())) return known;
  const state = stateOf(token);
  // What failed is told by the state: in `continueSession`, to everybody who asks.
  await state.renewal.run(() => renew(state, now), now).catch(() => undefined);
  return continueSession(token);
}

async function renew(state: SessionState, now: () => number): Promise<void> {
  const { sub: user } = state.token;
  try {
    const renewed = await inTurn(state, async () => {
      // Another process may have renewed it while this one waited.
      if (!isExpiring(state.token, now())) return false;
      await endIfDeleted(state);
      await requestTokens(state, {}, (response) => renewedSession(state.token, response, now()));
      return true;
    });
    if (renewed) log.info("session renewed", { user });
  } catch (thrown) {
    const error = toLogtoError(thrown);
    const level = error.code === "unavailable" ? "warn" : "error";
    if (!state.ended) log[level]("session renewal failed", { user, code: error.code, reason: error.message });
    throw error;
  }
}

/**
 * Ends the session of a user who was deleted. The rows of such a user went with the user's own; a cookie learns of it here, and not
 * while the database does not answer.
 */
async function endIfDeleted(state: SessionState): Promise<void> {
  if (usesRows() || !hasDatabase()) return;
  if (await userExists(state.token.sub).catch(() => true)) return;
  await endSession(state.token, { event: "session of a deleted user ended", isUnderWay: true });
  state.ended = true;
}

/** One after another in this process and, where sessions are rows, in the cluster: the refresh token may change each time. */
function inTurn<T>(state: SessionState, use: () => Promise<T>): Promise<T> {
  const turn = state.tail.then(() => withNewestTokens(state, use));
  state.tail = turn.catch(() => undefined);
  return turn;
}

/**
 * Gets an access token for another audience with a session's refresh token, after the requests before it.
 *
 * @throws LogtoError; `invalid_grant` has then ended the session
 */
export const exchangeToken = (state: SessionState, target: TokenTarget): Promise<TokenResponse> =>
  inTurn(state, () => requestTokens(state, target, (response) => exchangedSession(state.token, response)));

async function requestTokens(
  state: SessionState,
  target: TokenTarget,
  next: (response: TokenResponse) => SessionToken,
): Promise<TokenResponse> {
  const { refreshToken, sub } = state.token;
  if (!refreshToken || state.ended || isRevoked(state.token))
    throw new LogtoError("invalid_grant", "the session is over");
  try {
    const response = await refreshTokens(logtoClient(), refreshToken, sub, target);
    state.token = Object.freeze(next(response));
    return response;
  } catch (thrown) {
    const error = toLogtoError(thrown);
    state.ended = error.code === "invalid_grant";
    if (state.ended) log.warn("session ended by Logto", { user: sub, reason: error.message });
    throw error;
  }
}

/** The same session with a longer life, for its cookie to be written anew. */
export function slideSession(token: SessionToken, now = Date.now()): SessionToken {
  const state = stateOf(token);
  if (isSliding(state.token, now)) {
    const exp = Math.floor(now / 1000) + sessionLifetime;
    state.token = Object.freeze({ ...state.token, exp });
  }
  return state.token;
}

/**
 * Ends a session: here at once, and its grant at Logto after any request under way, so that a rotated refresh token is revoked
 * too. Nobody stays signed in because the database or Logto does not answer: that goes to the log.
 *
 * @param options `keepGrant`: another session goes on with it; `event`: what the log calls it; `isUnderWay`: called by the
 *   request that is under way itself
 */
export async function endSession(
  token: SessionToken,
  { keepGrant = false, event = "signed out", isUnderWay = false } = {},
): Promise<void> {
  const state = stateOf(token);
  const user = token.sub;
  revokeSid(token.sid);
  if (!isUnderWay) await state.tail;
  const row = usesRows() ? await takenRow(token) : undefined;
  if (row) stateOf((await fromRow(row)).token);
  states().delete(token.sid);
  const { refreshToken } = state.token;
  if (!refreshToken || state.ended || keepGrant) {
    log.info(event, { user });
    return;
  }
  try {
    await revokeGrant(logtoClient(), refreshToken);
    log.info(event, { user });
  } catch (error) {
    log.error(`${event} here, but the grant could not be revoked`, {
      user,
      reason: toLogtoError(error).message,
    });
  }
}

async function takenRow({ sid, sub: user }: SessionToken) {
  try {
    return await takeRow(sid);
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    log.error("a signed-out session's row is left", { user, reason: error.message });
    return undefined;
  }
}
