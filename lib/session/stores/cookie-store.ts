import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { isFirstTime, processWide } from "@/lib/process-wide";
import { isNewer, sessionLifetime, type Session } from "../model/session";
import { decodeSession, encodeSession, isForeignCookie, needsRewrite } from "./codec";
import { sessionCookieName } from "./cookie";
import type { SessionFilter, SessionStore } from "./store";

/**
 * Sessions that ended before they expired. A key stands for one session, all sessions of a subject,
 * or those of a session at Logto; sessions that began up to `before` have ended. A copied cookie
 * can't be revoked in any other way, and other processes do not have this list. Both times are in
 * milliseconds.
 */
interface Endings {
  entries: Map<string, { before: number; expires: number }>;
  /** When expired entries were last removed, in milliseconds. */
  prunedAt: number;
}

const pruneEvery = 60_000;
/**
 * How long an ending is remembered, in milliseconds: twice the lifetime of a session, because a
 * renewal in flight may still write a cookie with a full one.
 */
const endingLifetime = 2 * sessionLifetime * 1000;
const endings = () => processWide<Endings>("endings", () => ({ entries: new Map(), prunedAt: 0 }));

function rememberEnding(key: string, before: number): void {
  const state = endings();
  const now = Date.now();
  if (now - state.prunedAt > pruneEvery) {
    state.prunedAt = now;
    for (const [old, { expires }] of state.entries) if (expires <= now) state.entries.delete(old);
  }
  // Logout tokens can arrive out of order.
  const known = state.entries.get(key)?.before ?? 0;
  state.entries.set(key, { before: Math.max(before, known), expires: now + endingLifetime });
}

function hasEnded({ sessionId, subject, logtoSessionId, startedAt }: Session): boolean {
  const { entries } = endings();
  if (entries.size === 0) return false;
  return [`session ${sessionId}`, `subject ${subject}`, `logto ${logtoSessionId ?? ""}`].some(
    (key) => startedAt * 1000 <= (entries.get(key)?.before ?? -1),
  );
}

/** Stores the whole session in the encrypted cookie. */
export const cookieStore: SessionStore = {
  isInCookie: true,
  cookieLifetime: sessionLifetime,

  async read(cookieValue) {
    const [secrets, salt] = [env().AUTH_SECRET, sessionCookieName()];
    try {
      const session = await decodeSession(cookieValue, secrets, salt);
      return session && !hasEnded(session) ? session : undefined;
    } catch (error) {
      if (await isForeignCookie(cookieValue, secrets, salt)) {
        if (isFirstTime("foreign cookie"))
          log.warn("session cookie of another app, secret or store ignored");
        return "foreign";
      }
      log.warn("session cookie unreadable", {
        reason: error instanceof Error ? error.message : "unknown",
      });
      return "unreadable";
    }
  },

  begin: (session) => encodeSession(session, env().AUTH_SECRET, sessionCookieName()),

  async cookieFor(session, held) {
    if (hasEnded(session)) return undefined;
    const [secrets, salt] = [env().AUTH_SECRET, sessionCookieName()];
    const before = held ? await decodeSession(held, secrets, salt).catch(() => null) : null;
    // A cookie that an older secret encrypted is replaced.
    if (before && !needsRewrite(before) && !isNewer(session, before)) return undefined;
    return encodeSession(session, secrets, salt);
  },

  exclusively: async (session, use) => (hasEnded(session) ? undefined : use(session)),

  async end(session) {
    rememberEnding(`session ${session.sessionId}`, Infinity);
    return session;
  },

  async endAll(which: SessionFilter, known) {
    // Only the browsers know the other sessions.
    if (which.rowId !== undefined || which.except !== undefined) return [];
    const { subject, logtoSessionId, before = Infinity } = which;
    if (logtoSessionId) rememberEnding(`logto ${logtoSessionId}`, before);
    else if (subject) rememberEnding(`subject ${subject}`, before);
    return known;
  },
};
