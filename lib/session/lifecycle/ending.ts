import { isDatabaseError } from "@/lib/database-error";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { revokeGrant } from "@/lib/logto/tokens";
import { isNewer, type Session } from "../model/session";
import { sessionStore } from "../stores/current-store";
import type { SessionFilter } from "../stores/store";
import { logtoClient } from "./logto-client";
import { removeState, knownSessions } from "./session-state";

/**
 * Ends a session in its store and revokes its grant at Logto. It waits for token requests of the
 * session first, because they may rotate the refresh token that is to be revoked. If Logto does not
 * respond, the session ends all the same, and the log says that the grant is still valid.
 *
 * @param event how the log names it
 * @param options `keepGrant`: another session uses the same grant
 * @throws DatabaseError after ending the session in this process, but not in its row
 */
export async function endSession(
  session: Session,
  event: string,
  { keepGrant = false } = {},
): Promise<void> {
  const state = removeState(session);
  await state.lastTokenRequest;
  const ended = await sessionStore().end(state.session);
  if (!ended || keepGrant) {
    log.info(event, { user: session.subject });
    return;
  }
  await revokeSessionGrant(isNewer(state.session, ended) ? state.session : ended, event);
}

/**
 * Ends sessions and revokes their grants: those in the store and those in this process's memory.
 *
 * @returns how many, without those whose grant another session still uses
 * @throws DatabaseError
 */
export async function endSessions(which: SessionFilter, event: string): Promise<number> {
  const matches = (session: Session) =>
    which.rowId === undefined &&
    session.sessionId !== which.except &&
    (which.subject === undefined || session.subject === which.subject) &&
    (which.logtoSessionId === undefined || session.logtoSessionId === which.logtoSessionId) &&
    (which.before === undefined || session.startedAt * 1000 <= which.before);
  const states = knownSessions(matches).map(removeState);
  await Promise.all(states.map(({ lastTokenRequest }) => lastTokenRequest));
  const known = new Map(states.map(({ session }) => [session.sessionId, session]));
  const ended = await sessionStore().endAll(which, [...known.values()]);
  await Promise.all(
    ended.map((session) => {
      const other = known.get(session.sessionId) ?? session;
      return revokeSessionGrant(isNewer(other, session) ? other : session, event);
    }),
  );
  return ended.length;
}

/** Revokes a session's grant at Logto and logs the event. A failure to revoke is only logged. */
export async function revokeSessionGrant(
  { subject: user, refreshToken }: Session,
  event: string,
): Promise<void> {
  try {
    if (refreshToken) await revokeGrant(logtoClient(), refreshToken);
    log.info(event, { user });
  } catch (error) {
    const reason = toLogtoError(error).message;
    log.error(`${event} here, but the grant could not be revoked`, { user, reason });
  }
}

/** For `catch`: logs an outage of the database, and throws any other error. */
export function logOutage(event: string): (error: unknown) => void {
  return (error) => {
    if (!isDatabaseError(error)) throw error;
    log.error(event, { reason: error.message });
  };
}
