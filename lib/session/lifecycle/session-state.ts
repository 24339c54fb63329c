import { log } from "@/lib/log";
import { processWide } from "@/lib/process-wide";
import { isNewer, type Session } from "../model/session";
import { SingleFlight } from "./single-flight";

/** What this process knows of one session. */
export interface SessionState {
  /**
   * The newest copy: a request with an older cookie gets this one, and so never renews what was
   * renewed.
   */
  session: Session;
  /**
   * Set where the session ended here while a request of it was under way: that brings nothing back.
   */
  isSignedOut: boolean;
  /** Whether no cookie and no row has the newest copy yet, so that it would be lost with this. */
  isUnwritten: boolean;
  /**
   * The last of the requests that use the refresh token. They go one after another: it may change
   * with each.
   */
  lastTokenRequest: Promise<unknown>;
  /** Requests for tokens under way. */
  pending: number;
  /** Renewal of the session's own access token. */
  renewal: SingleFlight<void>;
  /** When it was last renewed because Logto refused the access token, in milliseconds. */
  replacedAt: number;
  /** Userinfo's answer with the claims that a cookie omits. */
  completion: SingleFlight<void>;
}

/** More than these are held only where a cookie or a row could not restore them. */
const maxStates = 100_000;

interface States {
  bySessionId: Map<string, SessionState>;
  hasWarned: boolean;
}

/**
 * Keyed by our session id, which is random, inside the encrypted cookie and of one session only: no
 * renewal is ever shared by audience or user (CVE-2025-67490).
 */
const states = () =>
  processWide<States>("sessions", () => ({ bySessionId: new Map(), hasWarned: false }));

/**
 * This process's state of a session, brought up to date by a copy that another process may have
 * made.
 */
export function sessionState(session: Session): SessionState {
  const { bySessionId: bySid } = states();
  const known = bySid.get(session.sessionId);
  if (known) {
    // The one that was not used for longest comes first.
    bySid.delete(session.sessionId);
    bySid.set(session.sessionId, known);
    if (isNewer(session, known.session)) Object.assign(known, { session, isUnwritten: false });
    return known;
  }
  const state: SessionState = {
    session,
    isSignedOut: false,
    isUnwritten: false,
    lastTokenRequest: Promise.resolve(),
    pending: 0,
    renewal: new SingleFlight<void>(),
    replacedAt: -Infinity,
    completion: new SingleFlight<void>(),
  };
  bySid.set(session.sessionId, state);
  if (bySid.size > maxStates) makeRoom(session.sessionId);
  return state;
}

/** Forgets what was not used for longest and can be restored. @param except stays, whatever it is */
function makeRoom(except: string): void {
  const all = states();
  if (!all.hasWarned) log.warn("many sessions in memory", { sessions: all.bySessionId.size });
  all.hasWarned = true;
  for (const [sessionId, { isUnwritten, pending }] of all.bySessionId) {
    if (all.bySessionId.size <= maxStates) return;
    if (!isUnwritten && pending === 0 && sessionId !== except) all.bySessionId.delete(sessionId);
  }
}

/** Takes a session's state away: what is under way learns that the session has ended. */
export function removeState(session: Session): SessionState {
  const state = sessionState(session);
  state.isSignedOut = true;
  states().bySessionId.delete(session.sessionId);
  return state;
}

/** The sessions that this process knows. @param matches picks them */
export const knownSessions = (matches: (session: Session) => boolean): Session[] =>
  [...states().bySessionId.values()].map(({ session }) => session).filter(matches);
