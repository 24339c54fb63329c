import { shared } from "@/lib/shared";
import { sessionLifetime, type SessionToken } from "./session-token";

/**
 * What this process ended before its time. A cookie can't be taken back from whoever has a copy of it, so guards go by this
 * list; with the cookie store, another process knows nothing of it.
 */
interface Revocations {
  /** By key: sessions that began until `before` are over. Forgotten at `expires`. Both in milliseconds. */
  entries: Map<string, { before: number; expires: number }>;
  /** When what has expired was last forgotten, in milliseconds. */
  prunedAt: number;
}

const pruneEvery = 60_000;
/** In milliseconds. A renewal under way may write one more cookie, which lives a whole session long. */
const lifetime = 2 * sessionLifetime * 1000;

const revocations = () => shared<Revocations>("revocations", () => ({ entries: new Map(), prunedAt: 0 }));

const keys = {
  session: (sid: string) => `session:${sid}`,
  subject: (sub: string) => `subject:${sub}`,
  logtoSession: (sid: string) => `logto-session:${sid}`,
};

/** Whether a session was ended, as far as this process knows. */
export function isRevoked({ sid, sub, logtoSid, startedAt }: SessionToken): boolean {
  const { entries } = revocations();
  if (entries.size === 0) return false;
  const names = [keys.session(sid), keys.subject(sub), ...(logtoSid ? [keys.logtoSession(logtoSid)] : [])];
  return names.some((key) => startedAt * 1000 <= (entries.get(key)?.before ?? -1));
}

/** Ends one session. */
export const revokeSid = (sid: string): void => revoke(keys.session(sid), Infinity);

/**
 * Ends all sessions of a subject, or those of one session at Logto, that began until then.
 *
 * @param before in milliseconds, by Logto's clock
 */
export function revokeFor(target: { sub: string } | { logtoSid: string }, before: number): void {
  revoke("sub" in target ? keys.subject(target.sub) : keys.logtoSession(target.logtoSid), before);
}

function revoke(key: string, before: number): void {
  const state = revocations();
  const { entries } = state;
  const now = Date.now();
  if (now - state.prunedAt > pruneEvery) {
    state.prunedAt = now;
    for (const [old, entry] of entries) if (entry.expires <= now) entries.delete(old);
  }
  // Logout tokens can arrive in another order than they were made in.
  const known = entries.get(key)?.before ?? 0;
  entries.set(key, { before: Math.max(before, known), expires: now + lifetime });
}
