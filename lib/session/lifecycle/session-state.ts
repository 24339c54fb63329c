import { log } from "@/lib/log";
import { shared } from "@/lib/shared";
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
const most = 100_000;

interface States {
  bySid: Map<string, SessionState>;
  hasWarned: boolean;
}

/**
 * Keyed by our session id, which is random, inside the encrypted cookie and of one session only: no
 * renewal is ever shared by audience or user (CVE-2025-67490).
 */
const states = () => shared<States>("sessions", () => ({ bySid: new Map(), hasWarned: false }));

/**
 * This process's state of a session, brought up to date by a copy that another process may have
 * made.
 */
export function stateOf(session: Session): SessionState {
  const { bySid } = states();
  const known = bySid.get(session.sid);
  if (known) {
    // The one that was not used for longest comes first.
    bySid.delete(session.sid);
    bySid.set(session.sid, known);
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
  bySid.set(session.sid, state);
  if (bySid.size > most) makeRoom(session.sid);
  return state;
}

/** Forgets what was not used for longest and can be restored. @param kept stays, whatever it is */
function makeRoom(kept: string): void {
  const all = states();
  if (!all.hasWarned) log.warn("many sessions in memory", { sessions: all.bySid.size });
  all.hasWarned = true;
  for (const [sid, { isUnwritten, pending }] of all.bySid) {
    if (all.bySid.size <= most) return;
    if (!isUnwritten && pending === 0 && sid !== kept) all.bySid.delete(sid);
  }
}

/** Takes a session's state away: what is under way learns that the session has ended. */
export function dropState(session: Session): SessionState {
  const state = stateOf(session);
  state.isSignedOut = true;
  states().bySid.delete(session.sid);
  return state;
}

/** The sessions that this process knows. @param isMeant picks them */
export const knownSessions = (isMeant: (session: Session) => boolean): Session[] =>
  [...states().bySid.values()].map(({ session }) => session).filter(isMeant);
