import { createHash, randomBytes } from "node:crypto";
import { after } from "next/server";
import { z } from "zod";
import type { Prisma, Session as Row } from "@/generated/prisma/client";
import { isDatabaseError } from "@/lib/database-error";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import {
  grantTokens,
  isExpiring,
  isNewer,
  needsExtension,
  parseSession,
  sessionLifetime,
  toTombstone,
  type Session,
} from "@/lib/session/model/session";
import { seal, unseal } from "@/lib/session/stores/codec";
import type { SessionFilter, ListedSession, SessionStore } from "@/lib/session/stores/store";
import { BoundedMap } from "@/lib/bounded-map";
import { pause } from "@/lib/pause";
import { isFirstTime, processWide } from "@/lib/process-wide";
import { db, isMissing, lockDb, query } from "./client";

/** What each session's key is derived for, beside the secret. */
const salt = "session-row";
/** Whether a cookie is of a cookie store: this app's before it had a database, or another app's. */
const isEncrypted = (cookieValue: string) => cookieValue.split(".").length === 5;
/** How often it is written that a session was used, in milliseconds. */
const seenEvery = 5 * 60_000;
/**
 * After what time PostgreSQL takes the lock from a holder that does nothing, in milliseconds:
 * longer than Logto may take (10 s). A holder that is later would use a token that another one uses
 * too.
 */
const holdTimeout = 12_000;
/** How long to wait for the row's lock, in milliseconds. */
const lockWait = 11_000;
/**
 * How long to wait between attempts to write what a failed transaction did not, in milliseconds.
 */
const saveAgainAfter = [250, 1_000, 5_000, 15_000];

/**
 * The name under which a row is found by its cookie: the table opens no session to whoever reads
 * it.
 */
const hashOf = (cookieValue: string) => createHash("sha256").update(cookieValue).digest("hex");
const isLive = () => ({ endedAt: null, expires: { gt: new Date() } });
const secondsOf = (date: Date) => Math.floor(date.getTime() / 1000);

/** When this process last wrote that a session was used, by its `sessionId`, in milliseconds. */
const seen = () => processWide("sessions seen", () => new BoundedMap<string, number>(100_000));

/** The columns that change with a renewal or an exchange. */
export async function toColumns(session: Session) {
  const {
    sessionId,
    claims,
    version,
    exp,
    accessToken,
    expiresAt,
    expiresIn,
    refreshToken,
    endedAt,
  } = session;
  if (endedAt !== undefined) return { endedAt: new Date(endedAt * 1000), sealedTokens: null };
  const tokens = { sid: sessionId, accessToken, expiresAt, expiresIn, refreshToken };
  return {
    claims: toJson(claims),
    version,
    expires: new Date(exp * 1000),
    endedAt: null,
    sealedTokens: await seal(tokens, env().AUTH_SECRET[0] ?? "", salt, exp),
  };
}

/** Claims come from a JWT: JSON all of them. */
function toJson(claims: Session["claims"]): Prisma.InputJsonObject {
  const isJson = (value: unknown): value is Prisma.InputJsonObject => typeof value === "object";
  const json: unknown = JSON.parse(JSON.stringify(claims));
  return isJson(json) ? json : {};
}

/**
 * The session of a row. One whose tokens can't be read (a secret that was dropped, a row that was
 * tampered with) has ended, as if Logto had refused its grant.
 */
export async function fromRow(row: Row): Promise<Session> {
  const tokens = row.sealedTokens && (await unsealed(row.sessionId, row.sealedTokens));
  const session = parseSession({
    subject: row.userId,
    sessionId: row.sessionId,
    logtoSessionId: row.logtoSessionId ?? undefined,
    startedAt: secondsOf(row.startedAt),
    authenticatedAt: row.authenticatedAt ? secondsOf(row.authenticatedAt) : undefined,
    version: row.version,
    claims: row.claims,
    exp: secondsOf(row.expires),
    ...tokens,
  });
  return row.endedAt || !tokens ? toTombstone(session, row.endedAt?.getTime()) : session;
}

const sealedTokens = grantTokens.extend({ sid: z.string() });

async function unsealed(sessionId: string, sealed: string) {
  try {
    const { payload } = await unseal(sealed, env().AUTH_SECRET, salt);
    // Bound to its row: tokens that were copied to another one are nobody's.
    const parsed = sealedTokens.parse(payload);
    return parsed.sid === sessionId ? parsed : null;
  } catch (error) {
    if (isFirstTime("sealed tokens unreadable")) {
      const reason = error instanceof Error ? error.message : "unknown";
      log.error("sessions whose tokens can't be read have ended", { reason });
    }
    return null;
  }
}

/**
 * Writes at most every five minutes that a session was used, once the answer is out: the page waits
 * for one query alone.
 */
function noteUse(row: Row, session: Session, now = Date.now()): void {
  const extends_ = needsExtension(session, now);
  const isDue = extends_ || now - row.lastSeenAt.getTime() > seenEvery;
  // A renewal writes it too, and has the row's lock.
  if (!isDue || isExpiring(session, now) || now - (seen().get(row.sessionId) ?? 0) < seenEvery)
    return;
  seen().set(row.sessionId, now);
  const expires = extends_ ? { expires: new Date(now + sessionLifetime * 1000) } : {};
  const data = { lastSeenAt: new Date(now), ...expires };
  after(() =>
    query(db().session.updateMany({ where: { sessionId: row.sessionId }, data })).catch(
      () => undefined,
    ),
  );
}

/**
 * Writes what a transaction could not commit: until the row has the new tokens, another process
 * would use the old refresh token, and end the grant by it.
 */
async function saveLater(session: Session): Promise<void> {
  const { sessionId, version } = session;
  for (const delay of saveAgainAfter) {
    await pause(delay);
    try {
      const data = await toColumns(session);
      // A tombstone has the version of the session that ended.
      const isOlder = session.endedAt === undefined ? { lt: version } : { lte: version };
      await query(db().session.updateMany({ where: { sessionId, version: isOlder }, data }));
      return;
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
    }
  }
}

/** Removes a row, after any renewal of it under way in the cluster. */
async function deleteRow(sessionId: string): Promise<Session | undefined> {
  try {
    return await fromRow(await query(db().session.delete({ where: { sessionId } })));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Those whose grant no session that goes on has too: Logto gives all of one browser session the
 * same.
 */
async function withoutSharedGrants(taken: Session[]): Promise<Session[]> {
  const logtoSessionIds = taken.flatMap(({ logtoSessionId }) => logtoSessionId ?? []);
  if (logtoSessionIds.length === 0) return taken;
  const where = { logtoSessionId: { in: logtoSessionIds }, ...isLive() };
  const living = await query(db().session.findMany({ where, select: { logtoSessionId: true } }));
  return taken.filter(
    ({ logtoSessionId }) => !living.some((each) => each.logtoSessionId === logtoSessionId),
  );
}

const isFound = (session: Session | undefined): session is Session => session !== undefined;

/** The cookie names a row. It is looked up by the cookie's SHA-256, and has the tokens sealed. */
export const rowStore: SessionStore = {
  // Browsers allow 400 days. The row decides.
  cookieLifetime: 400 * 24 * 60 * 60,

  async read(cookieValue) {
    if (isEncrypted(cookieValue)) {
      if (isFirstTime("foreign cookie"))
        log.warn("session cookie of another app, secret or store ignored");
      return "foreign";
    }
    const where = { sessionToken: hashOf(cookieValue) };
    const row = await query(db().session.findUnique({ where }));
    if (!row || row.expires.getTime() <= Date.now()) return undefined;
    const session = await fromRow(row);
    if (session.endedAt === undefined) noteUse(row, session);
    return session;
  },

  async begin(session, { userAgent }) {
    const { sessionId, subject: userId, logtoSessionId, startedAt, authenticatedAt } = session;
    const cookieValue = randomBytes(32).toString("base64url");
    const isOver = { OR: [{ expires: { lt: new Date() } }, { endedAt: { not: null } }] };
    await query(
      db().$transaction([
        db().session.deleteMany({ where: { userId, ...isOver } }),
        db().session.create({
          data: {
            sessionId,
            userId,
            sessionToken: hashOf(cookieValue),
            logtoSessionId: logtoSessionId ?? null,
            startedAt: new Date(startedAt * 1000),
            authenticatedAt: authenticatedAt ? new Date(authenticatedAt * 1000) : null,
            userAgent: userAgent?.slice(0, 500) ?? null,
            expires: new Date(session.exp * 1000),
            claims: toJson(session.claims),
            ...(await toColumns(session)),
          },
        }),
      ]),
    );
    return cookieValue;
  },

  cookieFor: () => Promise.resolve(undefined),

  async exclusively(session, use) {
    const { sessionId } = session;
    // Kept outside: what was used is used, whether or not the transaction can be completed.
    const done: { used?: PromiseSettledResult<Session> } = {};
    const work = lockDb().$transaction(
      async (transaction) => {
        // Also where this process froze or its machine is cut off: PostgreSQL would wait for hours.
        await transaction.$queryRaw`SELECT
          set_config('lock_timeout', ${String(lockWait)}, true),
          set_config('idle_in_transaction_session_timeout', ${String(holdTimeout)}, true)`;
        // One statement that waits for the lock, and reads what is there once it has it.
        const [row] = await transaction.session.updateManyAndReturn({
          where: { sessionId },
          data: { lastSeenAt: new Date() },
        });
        if (!row) return;
        const kept = await fromRow(row);
        // Newer than what the row has, or than what ended it: a commit failed after Logto had
        // answered.
        const newest = session.version > kept.version ? session : kept;
        [done.used] = await Promise.allSettled([use(newest)]);
        const result = done.used.status === "fulfilled" ? done.used.value : newest;
        if (result !== kept)
          await transaction.session.update({ where: { sessionId }, data: await toColumns(result) });
      },
      { timeout: lockWait + holdTimeout, maxWait: lockWait },
    );
    try {
      await query(work, 2 * lockWait + holdTimeout);
    } catch (error) {
      if (!isDatabaseError(error) || !done.used) throw error;
      const result = done.used.status === "fulfilled" ? done.used.value : session;
      if (result.endedAt !== undefined || isNewer(result, session)) void saveLater(result);
    }
    if (done.used?.status === "rejected") throw done.used.reason;
    return done.used?.value;
  },

  async end({ sessionId }) {
    const taken = await deleteRow(sessionId);
    return taken && (await withoutSharedGrants([taken]))[0];
  },

  async endAll({ subject, logtoSessionId, rowId, before, except }: SessionFilter) {
    const where = {
      ...(rowId !== undefined && { id: rowId }),
      ...(subject !== undefined && { userId: subject }),
      ...(logtoSessionId !== undefined && { logtoSessionId }),
      ...(before !== undefined && { startedAt: { lte: new Date(before) } }),
      ...(except !== undefined && { sessionId: { not: except } }),
    };
    const rows = await query(db().session.findMany({ where, select: { sessionId: true } }));
    const taken = await Promise.all(rows.map(({ sessionId }) => deleteRow(sessionId)));
    return withoutSharedGrants(taken.filter(isFound));
  },

  async list({ subject, sessionId: current }) {
    const where = { userId: subject, ...isLive() };
    const rows = await query(db().session.findMany({ where, orderBy: { lastSeenAt: "desc" } }));
    return rows
      .map(({ id, sessionId, userAgent, createdAt, lastSeenAt }): ListedSession => {
        return { id, current: sessionId === current, userAgent, createdAt, lastSeenAt };
      })
      .sort((one, other) => Number(other.current) - Number(one.current));
  },
};
