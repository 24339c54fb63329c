import { createHash, randomBytes } from "node:crypto";
import { after } from "next/server";
import { z } from "zod";
import type { Prisma, Session as Row } from "@/generated/prisma/client";
import { isDatabaseError } from "@/lib/database-error";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { grantTokens } from "@/lib/session/model/grant-tokens";
import {
  isAccessTokenExpiring,
  isNewer,
  needsExtension,
  parseSession,
  sessionLifetime,
  toTombstone,
  type Session,
} from "@/lib/session/model/session";
import { seal, unseal } from "@/lib/session/stores/seal";
import type { SessionFilter, SessionStore } from "@/lib/session/stores/store";
import { BoundedMap } from "@/lib/bounded-map";
import { pause } from "@/lib/pause";
import { isFirstTime, processWide } from "@/lib/process-wide";
import { db, isMissing, lockDb, query } from "./client";

/** Salt of the key that encrypts the tokens of all rows. The other input is the secret. */
const salt = "session-row";
/**
 * Whether a cookie belongs to a cookie store: one from before this app had a database, or one of
 * another app.
 */
const isEncrypted = (cookieValue: string) => cookieValue.split(".").length === 5;
/** The minimum time between two writes of `lastSeenAt`, in milliseconds. */
const seenEvery = 5 * 60_000;
/**
 * After this time PostgreSQL takes the lock from an idle holder, in milliseconds. Longer than a
 * request to Logto may take (10 s). A holder that takes longer would use a token that another
 * process uses, too.
 */
const holdTimeout = 12_000;
/** The maximum wait for the lock of a row, in milliseconds. */
const lockWait = 11_000;
/** The delays before each attempt to save the result of a failed transaction, in milliseconds. */
const saveAgainAfter = [250, 1_000, 5_000, 15_000];

/**
 * The key by which a cookie finds its row. A hash, so that a reader of the table cannot open a
 * session.
 */
const hashOf = (cookieValue: string) => createHash("sha256").update(cookieValue).digest("hex");
const isLive = () => ({ endedAt: null, expires: { gt: new Date() } });
const secondsOf = (date: Date) => Math.floor(date.getTime() / 1000);

/** When this process last wrote `lastSeenAt`, by `sessionId`, in milliseconds since 1970. */
const seen = () => processWide("sessions seen", () => new BoundedMap<string, number>(100_000));

/** The columns that a renewal or an exchange changes. */
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
    renewalDueAt: null,
    sealedTokens: await seal(tokens, env().AUTH_SECRET[0] ?? "", salt, exp),
  };
}

/** Claims come from a JWT, so they are always JSON. */
function toJson(claims: Session["claims"]): Prisma.InputJsonObject {
  const isJson = (value: unknown): value is Prisma.InputJsonObject => typeof value === "object";
  const json: unknown = JSON.parse(JSON.stringify(claims));
  return isJson(json) ? json : {};
}

/**
 * The session of a row. If its tokens cannot be decrypted (the secret was removed, or the row was
 * tampered with), the session has ended, as if Logto had rejected its grant.
 */
async function fromRow(row: Row): Promise<Session> {
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
    // Without a refresh token it can't be renewed.
    ...(row.renewalDueAt && tokens && tokens.refreshToken !== undefined
      ? { expiresAt: secondsOf(row.renewalDueAt) }
      : {}),
  });
  return row.endedAt || !tokens ? toTombstone(session, row.endedAt?.getTime()) : session;
}

const sealedTokens = grantTokens.extend({ sid: z.string() });

async function unsealed(sessionId: string, sealed: string) {
  try {
    const { payload } = await unseal(sealed, env().AUTH_SECRET, salt);
    // The tokens are bound to their row. Tokens that were copied to another row are not valid.
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
 * Writes `lastSeenAt`, and a new expiry when it is due, at most every five minutes. The write
 * happens after the response was sent, so a page waits for only one query.
 */
function recordUse(row: Row, session: Session, now = Date.now()): void {
  const extends_ = needsExtension(session, now);
  const isDue = extends_ || now - row.lastSeenAt.getTime() > seenEvery;
  // A renewal writes `lastSeenAt` as well, and it holds the lock of the row.
  if (
    !isDue ||
    isAccessTokenExpiring(session, now) ||
    now - (seen().get(row.sessionId) ?? 0) < seenEvery
  )
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
 * Saves the result of a transaction that failed to commit. Until the row has the new tokens,
 * another process would use the old refresh token, and Logto would revoke the grant.
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

/** Deletes a row. Waits for a running renewal of it, in any process of the cluster. */
async function deleteRow(sessionId: string): Promise<Session | undefined> {
  try {
    return await fromRow(await query(db().session.delete({ where: { sessionId } })));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * The sessions whose grant is not used by a live session. All sessions of one browser session at
 * Logto have the same grant.
 */
async function withoutSharedGrants(removed: Session[]): Promise<Session[]> {
  const logtoSessionIds = removed.flatMap(({ logtoSessionId }) => logtoSessionId ?? []);
  if (logtoSessionIds.length === 0) return removed;
  const where = { logtoSessionId: { in: logtoSessionIds }, ...isLive() };
  const live = await query(db().session.findMany({ where, select: { logtoSessionId: true } }));
  return removed.filter(
    ({ logtoSessionId }) => !live.some((other) => other.logtoSessionId === logtoSessionId),
  );
}

const isFound = (session: Session | undefined): session is Session => session !== undefined;

/**
 * Stores each session as a row. The cookie contains a random value, and the row is found by its
 * SHA-256. The tokens in the row are encrypted.
 */
export const rowStore: SessionStore = {
  isInCookie: false,
  // The maximum that browsers allow (400 days). The expiry of the row decides.
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
    if (session.endedAt === undefined) recordUse(row, session);
    return session;
  },

  async begin(session, { userAgent }) {
    const { sessionId, subject: userId, logtoSessionId, startedAt, authenticatedAt } = session;
    const cookieValue = randomBytes(32).toString("base64url");
    const isExpiredOrEnded = { OR: [{ expires: { lt: new Date() } }, { endedAt: { not: null } }] };
    await query(
      db().$transaction([
        db().session.deleteMany({ where: { userId, ...isExpiredOrEnded } }),
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
    // Declared outside the transaction: the token was used, whether or not the transaction commits.
    const attempt: { outcome?: PromiseSettledResult<Session> } = {};
    const work = lockDb().$transaction(
      async (transaction) => {
        // These limits also release the lock if this process freezes or its machine loses the
        // network. Without them PostgreSQL would wait for hours.
        await transaction.$queryRaw`SELECT
          set_config('lock_timeout', ${String(lockWait)}, true),
          set_config('idle_in_transaction_session_timeout', ${String(holdTimeout)}, true)`;
        // One statement that waits for the lock and then returns the current row.
        const [row] = await transaction.session.updateManyAndReturn({
          where: { sessionId },
          data: { lastSeenAt: new Date() },
        });
        if (!row) return;
        const stored = await fromRow(row);
        // The given session is newer than the stored one, or than its tombstone, if an earlier
        // commit failed after Logto had responded.
        const newest = session.version > stored.version ? session : stored;
        [attempt.outcome] = await Promise.allSettled([use(newest)]);
        const result = attempt.outcome.status === "fulfilled" ? attempt.outcome.value : newest;
        if (result !== stored)
          await transaction.session.update({ where: { sessionId }, data: await toColumns(result) });
      },
      { timeout: lockWait + holdTimeout, maxWait: lockWait },
    );
    try {
      await query(work, 2 * lockWait + holdTimeout);
    } catch (error) {
      if (!isDatabaseError(error) || !attempt.outcome) throw error;
      const result = attempt.outcome.status === "fulfilled" ? attempt.outcome.value : session;
      if (result.endedAt !== undefined || isNewer(result, session)) void saveLater(result);
    }
    if (attempt.outcome?.status === "rejected") throw attempt.outcome.reason;
    return attempt.outcome?.value;
  },

  async end({ sessionId }) {
    const removed = await deleteRow(sessionId);
    return removed && (await withoutSharedGrants([removed]))[0];
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
    const removed = await Promise.all(rows.map(({ sessionId }) => deleteRow(sessionId)));
    return withoutSharedGrants(removed.filter(isFound));
  },
};

/** One session of a user, for the list on the account page. */
export interface ListedSession {
  /** Identifies it in a form; it can't be used to open the session. */
  id: string;
  /** Whether it is the session of this request. */
  current: boolean;
  userAgent: string | null;
  createdAt: Date;
  lastSeenAt: Date;
}

/** The sessions of the same user: this one first, then the last used ones. @throws DatabaseError */
export async function listRows({ subject, sessionId: own }: Session): Promise<ListedSession[]> {
  const where = { userId: subject, ...isLive() };
  const rows = await query(db().session.findMany({ where, orderBy: { lastSeenAt: "desc" } }));
  return rows
    .map(({ id, sessionId, userAgent, createdAt, lastSeenAt }): ListedSession => {
      return { id, current: sessionId === own, userAgent, createdAt, lastSeenAt };
    })
    .sort((one, other) => Number(other.current) - Number(one.current));
}
