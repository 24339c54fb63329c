import { isCurrent } from "../model/current-tokens";
import { toPublicSession, type PublicSession } from "../model/public-session";
import type { Session } from "../model/session";
import { completeSession } from "./complete-session";
import {
  currentSession,
  noRefreshToken,
  noSessionError,
  writeSessionCookie,
} from "./current-session";
import { renewForClaims } from "./renewal";
import { toSessionError } from "./to-session-error";

/**
 * Returns a session with tokens and claims that Logto sent at most ten seconds ago. It fails if
 * Logto does not respond: old ones are not what the caller asked for.
 *
 * @throws SessionError `session_ended`, `no_refresh_token`, `provider_unavailable` …
 */
export async function refreshed(session: Session): Promise<Session> {
  if (!session.refreshToken) throw noRefreshToken();
  const status = await renewForClaims(session);
  if (status.status !== "active") throw noSessionError(status.status);
  // Another process may have renewed it after a failure of this one.
  if (status.failure && !isCurrent(status.session, Date.now()))
    throw toSessionError(status.failure);
  return status.session;
}

/** The public view of the current request's session, refreshed. @throws as `refreshed` */
export async function freshSession(): Promise<PublicSession> {
  const session = await refreshed(await currentSession());
  await writeSessionCookie(session);
  return toPublicSession(await completeSession(session));
}
