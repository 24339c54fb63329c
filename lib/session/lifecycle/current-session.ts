import "server-only";
import { cookies } from "next/headers";
import { cache } from "react";
import { SessionError } from "../model/errors";
import { toPublicSession, type PublicSession } from "../model/public-session";
import { extendedSession, needsExtension, type Session } from "../model/session";
import { joinChunks, cookieRemovals, sessionCookies } from "../stores/cookie";
import { sessionStore } from "../stores/current-store";
import { completeSession } from "./complete-session";
import { renewSession } from "./renewal";
import { outageAsSessionError } from "./to-session-error";
import { sessionState } from "./session-state";
import { readSessionStatus, sessionStatus, type SessionStatus } from "./session-status";

/**
 * The status of the current request's session, read once per render; the session is this process's
 * newest copy. This renews an expiring session, unless the cookie contains it: a server component
 * cannot set cookies, so a rotated token would be lost. Middleware has renewed that one.
 *
 * @throws SessionError `database_unavailable`
 */
export async function currentStatus(): Promise<SessionStatus> {
  const read = await readStatus();
  // An earlier guard of the same render may have got new claims from Logto, or ended the session.
  return read.status === "active" ? sessionStatus(read.session) : read;
}

const readStatus = cache(() => outageAsSessionError(lookUp()));

async function lookUp(): Promise<SessionStatus> {
  const status = await readSessionStatus((await cookies()).getAll());
  if (status.status !== "active" || sessionStore().isInCookie) return status;
  return renewSession(status.session);
}

/**
 * The session of the current request, with its tokens. It must stay on the server.
 *
 * @throws SessionError `signed_out`, `session_ended` or `database_unavailable`
 */
export async function currentSession(): Promise<Session> {
  const status = await currentStatus();
  if (status.status === "active") return status.session;
  throw noSessionError(status.status);
}

/** The error for a request without an active session. */
export function noSessionError(status: SessionStatus["status"]): SessionError {
  return status === "ended"
    ? new SessionError("session_ended", "the session has ended")
    : new SessionError("signed_out", "this needs a session");
}

/** The error for a session that cannot get other tokens. */
export const noRefreshToken = () =>
  new SessionError("no_refresh_token", "the session has no refresh token of Logto");

/**
 * The public view of the current request's session, or null. `auth` of auth.ts returns this. A
 * cookie or session that is invalid in any way is null. It never writes a cookie.
 *
 * @throws SessionError `database_unavailable`; `provider_unavailable` and the like if claims that
 *   the cookie omits can't be fetched
 */
export async function getSession(): Promise<PublicSession | null> {
  const status = await currentStatus();
  return status.status === "active" ? toPublicSession(await completeSession(status.session)) : null;
}

/** Extends a session in its second half, if the cookie contains it. Other stores extend it themselves. */
function extended(session: Session, now = Date.now()): Session {
  if (!sessionStore().isInCookie || !needsExtension(session, now)) return session;
  const state = sessionState(session);
  if (needsExtension(state.session, now)) state.session = extendedSession(state.session, now);
  return state.session;
}

/**
 * The cookies to write for a session; none if the browser has the newest copy.
 *
 * @param cookies all cookies of the request
 */
export async function cookiesToWrite(
  session: Session,
  cookies: readonly { name: string; value: string }[],
) {
  const newest = extended(session);
  const value = await sessionStore().cookieFor(newest, joinChunks(cookies));
  if (value === undefined) return [];
  const state = sessionState(newest);
  if (state.session === newest) state.isUnwritten = false;
  const names = cookies.map(({ name }) => name);
  return sessionCookies(value, newest.exp, names);
}

/**
 * Writes a changed session to its cookie, in a handler or an action. A page can't set cookies: the
 * change then stays in memory until the next request through middleware writes it.
 */
export async function writeSessionCookie(session: Session): Promise<void> {
  const jar = await cookies();
  const written = await cookiesToWrite(session, jar.getAll());
  try {
    for (const { name, value, options } of written) jar.set(name, value, options);
  } catch {
    // Next.js throws while it renders a page.
    if (written.length > 0) sessionState(session).isUnwritten = true;
  }
}

/** Removes the request's session cookies from the browser, in a handler or an action. */
export async function removeSessionCookies(): Promise<void> {
  const jar = await cookies();
  const names = jar.getAll().map(({ name }) => name);
  for (const { name, value, options } of cookieRemovals(names)) jar.set(name, value, options);
}
