import { log } from "@/lib/log";
import { processWide } from "@/lib/process-wide";
import { isNewer, type Session } from "../model/session";
import { SingleFlight } from "./single-flight";

/** What this process remembers of a session. */
export interface SessionState {
  /** The newest copy. A request with an older cookie gets this one, so it renews nothing twice. */
  session: Session;
  /**
   * Set when the session was removed here or from its store (sign-out, revocation, back-channel
   * logout), so that a request in flight does not bring it back.
   */
  isRemoved: boolean;
  /** Whether the newest copy is in no cookie and no row yet. It would be lost with this state. */
  isUnwritten: boolean;
  /** The last request with the refresh token. The next one waits for it: the token may rotate. */
  lastTokenRequest: Promise<unknown>;
  /** Number of token requests in flight or waiting. */
  pending: number;
  /** Renewal of the session. */
  renewal: SingleFlight<void>;
  /** When it was last renewed because Logto rejected the access token, in milliseconds. */
  replacedAt: number;
  /** Request to userinfo for the claims that a cookie omits. */
  completion: SingleFlight<void>;
}

/**
 * How many states are kept. Above it the least recently used ones are removed, unless their newest
 * copy is not written yet or a token request is pending.
 */
const maxStates = 100_000;

interface States {
  bySessionId: Map<string, SessionState>;
  hasWarned: boolean;
}

/**
 * The key is our session id: random, secret, and of one session. So a result is never shared
 * between two sessions, not even of one user or for one audience. (CVE-2025-67490 was such a bug.)
 */
const states = () =>
  processWide<States>("sessions", () => ({ bySessionId: new Map(), hasWarned: false }));

/**
 * Returns this process's state of a session. If the given copy is newer, the state takes it over:
 * another process may have renewed it.
 */
export function sessionState(session: Session): SessionState {
  const { bySessionId } = states();
  const known = bySessionId.get(session.sessionId);
  if (known) {
    // Moves it to the end of the map: the least recently used one comes first.
    bySessionId.delete(session.sessionId);
    bySessionId.set(session.sessionId, known);
    if (isNewer(session, known.session)) Object.assign(known, { session, isUnwritten: false });
    return known;
  }
  const state: SessionState = {
    session,
    isRemoved: false,
    isUnwritten: false,
    lastTokenRequest: Promise.resolve(),
    pending: 0,
    renewal: new SingleFlight<void>(),
    replacedAt: -Infinity,
    completion: new SingleFlight<void>(),
  };
  bySessionId.set(session.sessionId, state);
  if (bySessionId.size > maxStates) makeRoom(session.sessionId);
  return state;
}

/** Removes the least recently used states that a cookie or a row can restore, except one. */
function makeRoom(except: string): void {
  const all = states();
  if (!all.hasWarned) log.warn("many sessions in memory", { sessions: all.bySessionId.size });
  all.hasWarned = true;
  for (const [sessionId, { isUnwritten, pending }] of all.bySessionId) {
    if (all.bySessionId.size <= maxStates) return;
    if (!isUnwritten && pending === 0 && sessionId !== except) all.bySessionId.delete(sessionId);
  }
}

/** Forgets a session. Requests in flight notice that it has ended. */
export function removeState(session: Session): SessionState {
  const state = sessionState(session);
  state.isRemoved = true;
  states().bySessionId.delete(session.sessionId);
  return state;
}

/** The sessions in memory that match. */
export const knownSessions = (matches: (session: Session) => boolean): Session[] =>
  [...states().bySessionId.values()].map(({ session }) => session).filter(matches);
