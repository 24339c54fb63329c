import type { Session } from "../model/session";
import { sessionStore } from "../stores/current-store";
import { markRows } from "../stores/database";
import { knownSessions, sessionState } from "./session-state";

/**
 * Lets the next request of each session renew it, because claims of its user changed at Logto. The
 * cookie store reaches only sessions that this process has seen since it started. The others change
 * with their next renewal.
 *
 * @param users subjects; undefined for the sessions of all users
 * @param before only sessions that began up to this time, in milliseconds, by Logto's clock
 * @returns how many
 * @throws DatabaseError
 */
export async function requireRenewal(users: string[] | undefined, before: number): Promise<number> {
  if (!sessionStore().isInCookie) return markRows(users, before);
  const matches = ({ subject, startedAt }: Session) =>
    startedAt * 1000 <= before && (users?.includes(subject) ?? true);
  const states = knownSessions(matches).map(sessionState);
  // Logto may have responded to a request in flight before the change.
  await Promise.all(states.map(({ lastTokenRequest }) => lastTokenRequest));
  const due = states.filter(({ session }) => session.refreshToken !== undefined);
  for (const state of due) state.session = withExpiredToken(state.session);
  return due.length;
}

/** The session as if its access token had expired, which is what makes a renewal due. */
function withExpiredToken(session: Session): Session {
  const expiresAt = Math.floor(Date.now() / 1000);
  return Object.freeze({ ...session, version: session.version + 1, expiresAt });
}
