import "server-only";
import { cookies } from "next/headers";
import { cache } from "react";
import { SessionError } from "../model/errors";
import { toPublicSession, type PublicSession } from "../model/public-session";
import { extendedSession, needsExtension, type Session } from "../model/session";
import { joinChunks, expiredCookies, sessionCookies } from "../stores/cookie";
import { sessionStore, usesRowStore } from "../stores/current-store";
import { completeSession } from "./complete-session";
import { renewSession } from "./renewal";
import { reportOutage } from "./session-error";
import { sessionState } from "./session-state";
import { readSessionStatus, type SessionStatus } from "./session-status";

/**
 * How the session of the current request stands, looked up once in a render. In the row store it is
 * renewed here when it is about to expire. In the cookie store middleware has done that: a server
 * component cannot set cookies, so a rotated token would be lost.
 *
 * @throws SessionError `database_unavailable`
 */
export const currentStatus = cache(() => reportOutage(lookUp()));

async function lookUp(): Promise<SessionStatus> {
  const status = await readSessionStatus((await cookies()).getAll());
  return status.status === "active" && usesRowStore() ? await renewSession(status.session) : status;
}

/**
 * The session of the current request, with its tokens. Server-side only.
 *
 * @throws SessionError `signed_out`, `session_ended` or `database_unavailable`
 */
export async function currentSession(): Promise<Session> {
  const status = await currentStatus();
  if (status.status === "active") return status.session;
  throw noSessionError(status.status);
}

/** Why there is no session to work with. */
export function noSessionError(status: SessionStatus["status"]): SessionError {
  return status === "ended"
    ? new SessionError("session_ended", "Logto refused the session's grant")
    : new SessionError("signed_out", "this needs a session");
}

/**
 * The session of the current request, or null: what `auth` of auth.ts is. Whatever is wrong with a
 * session or its cookie means null: nothing fails open. It never writes a cookie.
 *
 * @throws SessionError `database_unavailable`; `provider_unavailable` and the like where a claim is
 *   to be asked of Logto that the cookie had no room for
 */
export async function getSession(): Promise<PublicSession | null> {
  const status = await currentStatus();
  return status.status === "active" ? toPublicSession(await completeSession(status.session)) : null;
}

/**
 * The session with a longer life where it needs one, in the cookie store: the row store extends its
 * rows itself.
 */
function extended(session: Session, now = Date.now()): Session {
  if (usesRowStore() || !needsExtension(session, now)) return session;
  const state = sessionState(session);
  if (needsExtension(state.session, now)) state.session = extendedSession(state.session, now);
  return state.session;
}

/**
 * The cookies to write for a session; none where the browser has what it needs.
 *
 * @param cookies all that the request has
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
 * Writes what a handler or action got to the session's cookie, in the cookie store. A page can't
 * set cookies: then this process keeps it, and the next request through middleware writes it.
 */
export async function writeSessionCookie(session: Session): Promise<void> {
  const jar = await cookies();
  const written = await cookiesToWrite(session, jar.getAll());
  try {
    for (const { name, value, options } of written) jar.set(name, value, options);
  } catch {
    // Next refuses it while it renders a page.
    if (written.length > 0) sessionState(session).isUnwritten = true;
  }
}

/** Removes the session cookies that the request has from the browser, in an action. */
export async function removeSessionCookies(): Promise<void> {
  const jar = await cookies();
  const names = jar.getAll().map(({ name }) => name);
  for (const { name, value, options } of expiredCookies(names)) jar.set(name, value, options);
}
