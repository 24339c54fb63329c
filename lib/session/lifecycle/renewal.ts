import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { LogtoError } from "@/lib/logto/errors";
import { refreshTokens, type TokenResponse, type TokenTarget } from "@/lib/logto/tokens";
import { pause } from "@/lib/pause";
import { isAllowed } from "../model/allowed-emails";
import { isCurrent } from "../model/current-tokens";
import {
  exchangedSession,
  isAccessTokenExpired,
  isAccessTokenExpiring,
  renewedSession,
  toTombstone,
  type Session,
} from "../model/session";
import { sessionStore } from "../stores/current-store";
import { isUserDeleted } from "../stores/database";
import { revokeSessionGrant } from "./ending";
import { logtoClient } from "./logto-client";
import { logFailure } from "./to-session-error";
import { sessionState, type SessionState } from "./session-state";
import { sessionStatus, type SessionStatus } from "./session-status";

/*
 * Renews a session before its access token expires, and exchanges its refresh token for access
 * tokens of APIs and organizations. Logto may rotate the refresh token at each use, and revokes the
 * grant if an old one is used again, so all uses of one session go through `withRefreshToken`. Read
 * lib/session/model/session.ts next.
 *
 * Who renews:
 * - Cookie store: middleware, because a page can't set the new cookie. The page of the same request
 *   gets the renewed session. On routes that middleware does not match, getAccessToken renews and
 *   the handler sets the cookie.
 * - Row store: the code that reads the session (guards, `auth`, getAccessToken). It writes the row.
 * - Both stores: getUserinfo and completeSession, if Logto rejects the access token early.
 */

/** Row store: how long a request with a valid access token waits for a renewal, in milliseconds. */
const maxWait = 1_000;
/** Between two renewals because Logto rejected the access token, in milliseconds. */
const minReplaceInterval = 60_000;

/**
 * Renews the session if its access token is about to expire, and returns its status. The rules:
 *
 * - Nothing is renewed before that, except by the two functions below.
 * - Parallel calls make one request. A later call with the old cookie gets the same result from
 *   memory (session-state.ts). With the row store other processes get it from the row.
 * - The session ends only if Logto rejects the grant, or the user was deleted here or is no longer
 *   on AUTH_ALLOWED_EMAILS. If Logto does not respond, the session keeps its tokens and claims. The
 *   first call after a pause of 1 s, 2 s, 4 s, 8 s, then 10 s tries again (single-flight.ts).
 * - With the row store a request whose access token is still valid continues after a second without
 *   the renewal. With the cookie store it waits up to 10 s, because only its response can carry the
 *   new cookie.
 *
 * @param read the session from the request's cookie or row. This process may have a newer copy
 * @param now returns the time in milliseconds
 */
export async function renewSession(read: Session, now = Date.now): Promise<SessionStatus> {
  const known = sessionStatus(read);
  if (known.status !== "active") return known;
  if (!known.session.refreshToken || !isAccessTokenExpiring(known.session, now())) return known;
  const state = sessionState(read);
  // `state.renewal` remembers a failure, and `sessionStatus` returns it.
  const renewal = state.renewal.run(() => renew(state, now), now).catch(() => undefined);
  const isGood = () => !isAccessTokenExpired(state.session, now());
  const { isInCookie } = sessionStore();
  if (!isInCookie && isGood()) await Promise.race([renewal, pause(maxWait)]);
  // The access token may have expired during that second.
  if (isInCookie || !isGood()) await renewal;
  return state.isRemoved ? { status: "none" } : sessionStatus(state.session);
}

/**
 * Renews a session whose access token Logto rejected before it expired. If Logto rejects the grant
 * too (the user was suspended, the grant revoked), the session ends. If Logto does not respond, it
 * stays as it is. At most once a minute, in case Logto rejects its newest tokens as well.
 *
 * @param read as for renewSession
 * @param rejected the access token
 * @param now returns the time in milliseconds
 */
export async function replaceAccessToken(
  read: Session,
  rejected: string,
  now = Date.now,
): Promise<SessionStatus> {
  const state = sessionState(read);
  const isRefused = ({ accessToken }: Session) => accessToken === rejected;
  if (sessionStatus(read).status === "active" && isRefused(state.session)) {
    if (now() - state.replacedAt < minReplaceInterval) return sessionStatus(read);
    const replace = async () => {
      await renew(state, now, isRefused);
      state.replacedAt = now();
    };
    await state.renewal.run(replace, now).catch(() => undefined);
  }
  return state.isRemoved ? { status: "none" } : sessionStatus(read);
}

/**
 * Renews a session whose access token is still valid, for the user's current claims. The request is
 * sent at most once in ten seconds, also if several processes share a row store.
 *
 * @param read as for renewSession
 * @param now returns the time in milliseconds
 */
export async function renewForClaims(read: Session, now = Date.now): Promise<SessionStatus> {
  const state = sessionState(read);
  const isOld = (newest: Session) => !isCurrent(newest, now());
  if (sessionStatus(read).status === "active" && isOld(state.session))
    await state.renewal.run(() => renew(state, now, isOld), now).catch(() => undefined);
  return state.isRemoved ? { status: "none" } : sessionStatus(read);
}

/** @param isDue whether a copy of the session needs renewal: another process may have renewed it */
async function renew(
  state: SessionState,
  now: () => number,
  isDue = (newest: Session) => isAccessTokenExpiring(newest, now()),
): Promise<void> {
  const user = state.session.subject;
  try {
    await withRefreshToken(state, async (newest) => {
      if (!isDue(newest)) return newest;
      if (await isUserDeleted(newest)) {
        await revokeSessionGrant(newest, "session of a deleted user ended");
        throw new LogtoError("invalid_grant", "the user was deleted here");
      }
      const response = await requestTokens(newest, {});
      const renewed = renewedSession(newest, response, now());
      // A response without an e-mail claim does not say that the address has changed.
      if (response.claims?.email && !isAllowed(response.claims, env().AUTH_ALLOWED_EMAILS)) {
        await revokeSessionGrant(
          renewed,
          "session of a user no longer on AUTH_ALLOWED_EMAILS ended",
        );
        throw new LogtoError("invalid_grant", "not on AUTH_ALLOWED_EMAILS");
      }
      log.info("session renewed", { user });
      return renewed;
    });
  } catch (thrown) {
    logFailure("session renewal failed", thrown, { user });
    throw thrown;
  }
}

/**
 * Fetches an access token for an API or an organization with a session's refresh token.
 *
 * @throws LogtoError; after `invalid_grant` the session has ended
 */
export async function exchangeToken(
  state: SessionState,
  target: TokenTarget,
): Promise<TokenResponse> {
  const done: { response?: TokenResponse } = {};
  await withRefreshToken(state, async (newest) => {
    done.response = await requestTokens(newest, target);
    return exchangedSession(newest, done.response);
  });
  if (!done.response) throw new LogtoError("invalid_grant", "the session is over");
  return done.response;
}

const requestTokens = (
  { refreshToken, subject }: Session,
  target: TokenTarget,
): Promise<TokenResponse> => {
  if (!refreshToken) throw new LogtoError("invalid_grant", "the session is over");
  return refreshTokens(logtoClient(), refreshToken, subject, target);
};

/**
 * Runs `use` with the newest copy of a session, one at a time: in this process, and with the row
 * store across all processes. (With the cookie store two processes can use a refresh token at the
 * same time; run one process, or use the row store.)
 *
 * @param use sends one request with the refresh token, and returns the changed session
 * @throws LogtoError; DatabaseError if the row could not be locked, before any request to Logto
 */
function withRefreshToken(
  state: SessionState,
  use: (newest: Session) => Promise<Session>,
): Promise<void> {
  state.pending += 1;
  const turn = state.lastTokenRequest
    .then(async () => {
      if (state.isRemoved) throw new LogtoError("invalid_grant", "the session is over");
      const failed: { error?: LogtoError } = {};
      const result = await sessionStore().exclusively(state.session, async (newest) => {
        if (newest.endedAt !== undefined) return newest;
        try {
          return await use(newest);
        } catch (thrown) {
          failed.error = toLogtoError(thrown);
          if (failed.error.code !== "invalid_grant") throw thrown;
          log.warn("session ended by Logto", {
            user: newest.subject,
            reason: failed.error.message,
          });
          return toTombstone(newest);
        }
      });
      // The session is gone: this process ended it, or (row store) another one did.
      if (!result) state.isRemoved = true;
      // With the cookie store it is written with the next response.
      else if (result !== state.session)
        Object.assign(state, { session: result, isUnwritten: sessionStore().isInCookie });
      if (failed.error) throw failed.error;
      if (!result || result.endedAt !== undefined)
        throw new LogtoError("invalid_grant", "the session is over");
    })
    .finally(() => (state.pending -= 1));
  state.lastTokenRequest = turn.catch(() => undefined);
  return turn;
}
