import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { LogtoError } from "@/lib/logto/errors";
import { refreshTokens, type TokenResponse, type TokenTarget } from "@/lib/logto/tokens";
import { pause } from "@/lib/pause";
import { isAllowed } from "../model/allowed-emails";
import {
  exchangedSession,
  isExpired,
  isExpiring,
  renewedSession,
  toTombstone,
  type Session,
} from "../model/session";
import { currentUsers, sessionStore, usesRowStore } from "../stores/current-store";
import { revokeSessionGrant } from "./ending";
import { logtoClient } from "./logto-client";
import { logFailure } from "./session-error";
import { sessionState, type SessionState } from "./session-state";
import { sessionStatus, type SessionStatus } from "./session-status";

/*
 * Renews a session ahead of its access token's end, and gets tokens for APIs and organizations by
 * its refresh token.
 *
 * Cookie store: middleware renews, since only a response can carry the new cookie. The same
 * request's page sees the new one. Row store: whatever looks the session up renews it (guards,
 * `auth`, getAccessToken), and writes the row. Both: getAccessToken renews where middleware did not
 * pass, such as in /api/proxy; getUserinfo where Logto refuses the token.
 *
 * Read model/session.ts next.
 */

/**
 * How long a request with a good access token waits for a renewal in the row store, in
 * milliseconds.
 */
const maxWait = 1_000;
/** How long a session is not renewed for a refused access token after it was, in milliseconds. */
const minReplaceInterval = 60_000;

/**
 * The session with tokens that are good for a while. The rule:
 *
 * - Nothing is renewed until the access token is about to expire.
 * - Any number of parallel calls make one request. A later call with the old cookie gets its
 *   result, which this process keeps in memory (session-state.ts); in the row store other processes
 *   find it in the row.
 * - Only a refused grant ends the session. Without an answer the tokens stay, and serve as long as
 *   they are good. The next try comes after a pause of 1 s, 2 s, 4 s … 10 s (single-flight.ts).
 * - In the row store a request whose token is still good goes on without the renewal after a
 *   second. In the cookie store it waits: only its own response can carry the new cookie.
 *
 * @param read as the request's cookie or row had it; this process may know a newer copy
 * @param now in milliseconds
 */
export async function renewSession(read: Session, now = Date.now): Promise<SessionStatus> {
  const known = sessionStatus(read);
  if (known.status !== "active") return known;
  if (!known.session.refreshToken || !isExpiring(known.session, now())) return known;
  const state = sessionState(read);
  // A failure is kept in `state.renewal`, and `sessionStatus` reports it.
  const renewal = state.renewal.run(() => renew(state, now), now).catch(() => undefined);
  const isGood = () => !isExpired(state.session, now());
  if (usesRowStore() && isGood()) await Promise.race([renewal, pause(maxWait)]);
  // It may have come to its end during that second.
  if (!usesRowStore() || !isGood()) await renewal;
  return state.isSignedOut ? { status: "none" } : sessionStatus(state.session);
}

/**
 * Renews a session whose access token Logto does not accept any more, ahead of its end: the person
 * was suspended, or the grant is gone. The answer decides whether the session is over. At most once
 * a minute, should Logto refuse what it has just given, too.
 *
 * @param read as for renewSession
 * @param rejected the access token
 * @param now in milliseconds
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
  return sessionStatus(read);
}

/**
 * @param isDue whether a copy of the session still needs it: another process may have renewed it
 *   while this one waited
 */
async function renew(
  state: SessionState,
  now: () => number,
  isDue = (newest: Session) => isExpiring(newest, now()),
): Promise<void> {
  const user = state.session.subject;
  try {
    await withRefreshToken(state, async (newest) => {
      if (!isDue(newest)) return newest;
      if (await isDeleted(newest)) {
        await revokeSessionGrant(newest, "session of a deleted user ended");
        throw new LogtoError("invalid_grant", "the user was deleted here");
      }
      const response = await requestTokens(newest, {});
      const renewed = renewedSession(newest, response, now());
      // An answer without an e-mail address says nothing about it.
      if (response.claims?.email && !isAllowed(response.claims, env().AUTH_ALLOWED_EMAILS)) {
        await revokeSessionGrant(
          renewed,
          "session of a user ended who is not on AUTH_ALLOWED_EMAILS any more",
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
 * Gets an access token for another audience with a session's refresh token.
 *
 * @throws LogtoError; `invalid_grant` has then ended the session
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
 * Lets `use` have a session's refresh token, which may change with each use: one use at a time in
 * this process and, in the row store, in all processes. In the cookie store two processes can use
 * it at the same time.
 *
 * @param use gets the newest copy of the session, returns what became of it
 * @throws LogtoError; DatabaseError where the row could not be locked, and Logto was not asked
 */
function withRefreshToken(
  state: SessionState,
  use: (newest: Session) => Promise<Session>,
): Promise<void> {
  state.pending += 1;
  const turn = state.lastTokenRequest
    .then(async () => {
      if (state.isSignedOut) throw new LogtoError("invalid_grant", "the session is over");
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
      // The row is gone: signed out, by another process too.
      if (!result) state.isSignedOut = true;
      // In the cookie store the next response has yet to carry it.
      else if (result !== state.session)
        Object.assign(state, { session: result, isUnwritten: !usesRowStore() });
      if (failed.error) throw failed.error;
      if (!result || result.endedAt !== undefined)
        throw new LogtoError("invalid_grant", "the session is over");
    })
    .finally(() => (state.pending -= 1));
  state.lastTokenRequest = turn.catch(() => undefined);
  return turn;
}

/**
 * Cookie store with a database: whether the user was deleted. Rows are deleted with their user.
 * False in an outage.
 */
async function isDeleted({ subject }: Session): Promise<boolean> {
  const users = usesRowStore() ? undefined : currentUsers();
  if (!users) return false;
  return !(await users.exists(subject).catch(() => true));
}
