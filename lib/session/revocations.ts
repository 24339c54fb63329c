import { db, DatabaseError, hasDatabase, isTaken, query } from "@/lib/db";
import { env } from "@/lib/env";
import { shared } from "@/lib/shared";
import { sessionLifetime, type SessionToken } from "./session-token";

/**
 * What ended before its time, for the cookies of strategy `jwt`, which nobody else could take back. Kept in memory, so that
 * a guarded page costs no query. Where there is a database, that is where all processes write, and read every few seconds;
 * where there is none, each process knows only what it was told itself.
 */
interface Revocations {
  /** By key: sessions that began until `before` are over. Forgotten at `expires`. Both in milliseconds. */
  entries: Map<string, { before: number; expires: number }>;
  /** When what has expired was last forgotten, in milliseconds. */
  prunedAt: number;
  /** When the database was last read, and the newest that was found there, in milliseconds. */
  readAt: number;
  newest: number;
  reading: Promise<void> | undefined;
  timer: NodeJS.Timeout | undefined;
}

const pruneEvery = 60_000;
const readEvery = 2_000;
/** Rows become visible in another order than they were made in: each reading looks this far back. */
const overlap = 15_000;
/** How long a request waits for a reading that is overdue: after a function was frozen, or in an outage. */
const patience = 1_000;

const revocations = () =>
  shared<Revocations>("revocations", () => ({
    entries: new Map(),
    prunedAt: 0,
    readAt: 0,
    newest: 0,
    reading: undefined,
    timer: undefined,
  }));

/** Begins the keys of logout tokens that were used, each of which is looked up by itself. */
const usedToken = "logout-token:";

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

/** Ends a session for this process at once, and for the others once it is written. @throws DatabaseError */
export const revokeSid = (sid: string): Promise<void> =>
  revoke(keys.session(sid), Date.now() + sessionLifetime * 1000);

/**
 * Ends all sessions of a subject, or those of one session at Logto, that began until then.
 *
 * @param before in milliseconds, by Logto's clock
 * @throws DatabaseError
 */
export async function revokeFor(
  target: { sub: string } | { logtoSid: string },
  before: number,
): Promise<void> {
  const key = "sub" in target ? keys.subject(target.sub) : keys.logtoSession(target.logtoSid);
  await revoke(key, before);
}

/** Whether guards go by the list: in strategy `database` a session is over when its row is gone. */
const isRead = () => hasDatabase() && env().AUTH_SESSION_STRATEGY === "jwt";

async function revoke(key: string, before: number): Promise<void> {
  // A renewal under way may write one more cookie, which lives a whole session long. Where rows decide, only a
  // sign-in that somebody is about to complete may still ask (sign-in-intent.ts).
  const lifetime = env().AUTH_SESSION_STRATEGY === "jwt" ? 2 * sessionLifetime * 1000 : 30 * 60_000;
  const expires = Date.now() + lifetime;
  remember(key, before, expires);
  if (!hasDatabase()) return;
  // Never lowers what is there: logout tokens can arrive in another order than they were made in. The time is the
  // database's: the processes' clocks may differ, and each reads on from the newest that it knows.
  await query(db().$executeRaw`
    INSERT INTO "Revocation" ("key", "before", "createdAt", "expires")
    VALUES (${key}, ${new Date(before)}, timezone('UTC', now()), ${new Date(expires)})
    ON CONFLICT ("key") DO UPDATE SET
      "before" = GREATEST("Revocation"."before", EXCLUDED."before"),
      "createdAt" = EXCLUDED."createdAt",
      "expires" = EXCLUDED."expires"`);
}

function remember(key: string, before: number, expires: number): void {
  const state = revocations();
  const { entries } = state;
  const now = Date.now();
  if (now - state.prunedAt > pruneEvery) {
    state.prunedAt = now;
    for (const [old, entry] of entries) if (entry.expires <= now) entries.delete(old);
  }
  const known = entries.get(key);
  entries.set(key, { before: Math.max(before, known?.before ?? 0), expires });
}

/**
 * Sees to it that this process knows what the others have ended until a few seconds ago. In an outage the last that was
 * known counts: nobody is signed out by it.
 */
export async function currentRevocations(): Promise<void> {
  if (!isRead()) return;
  const state = revocations();
  state.timer ??= setInterval(() => void read(state), readEvery).unref();
  if (Date.now() - state.readAt < 2 * readEvery) return;
  await Promise.race([read(state), new Promise((resolve) => setTimeout(resolve, patience))]);
  // Waited for: in an outage whoever comes next need not wait again.
  state.readAt = Date.now();
}

async function read(state: Revocations): Promise<void> {
  state.reading ??= readNewer(state).finally(() => {
    state.reading = undefined;
    // Tried: whoever comes now need not wait again.
    state.readAt = Date.now();
  });
  await state.reading;
}

/** Reads at once what the other processes have ended. In an outage the last that was known counts. */
export const readRevocations = (): Promise<void> => read(revocations());

async function readNewer(state: Revocations): Promise<void> {
  if (!isRead()) return;
  try {
    const since = new Date(state.newest - overlap);
    const rows = await query(
      db().revocation.findMany({
        where: {
          key: { not: { startsWith: usedToken } },
          createdAt: { gte: since },
          expires: { gt: new Date() },
        },
        orderBy: { createdAt: "asc" },
      }),
    );
    for (const { key, before, expires, createdAt } of rows) {
      remember(key, before.getTime(), expires.getTime());
      state.newest = Math.max(state.newest, createdAt.getTime());
    }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
  }
}

/** Whether a session was signed out here, by whichever process. @throws DatabaseError */
export async function wasSignedOut(sid: string): Promise<boolean> {
  const key = keys.session(sid);
  if (revocations().entries.has(key)) return true;
  return hasDatabase() && (await query(db().revocation.findUnique({ where: { key } }))) !== null;
}

/**
 * Remembers that a logout token was used (OpenID Connect Back-Channel Logout 1.0 §2.6, step 8).
 *
 * @param expires when it would be refused for its age anyway
 * @returns false when it was used before
 * @throws DatabaseError
 */
export async function isFirstUse(jti: string, expires: Date): Promise<boolean> {
  const key = usedToken + jti;
  const known = revocations().entries.get(key);
  if (known && known.expires > Date.now()) return false;
  if (hasDatabase()) {
    try {
      await query(db().revocation.create({ data: { key, before: new Date(0), expires } }));
    } catch (error) {
      if (isTaken(error)) return false;
      throw error;
    }
  }
  remember(key, 0, expires.getTime());
  return true;
}
