import { createHash } from "node:crypto";
import type { Prisma, Session as Row } from "@/generated/prisma/client";
import { db, isDatabaseError, isMissing, poolSize, query } from "@/lib/db";
import { env } from "@/lib/env";
import { seal, unseal } from "./codec";
import { shared } from "@/lib/shared";
import { Limit } from "./limit";
import { grantTokens, sessionToken, type SessionToken } from "./session-token";

/** What each session's key is derived for, beside the secret. */
const salt = "session-row";

/** How long to wait for each of one's turn, the beginning of the transaction, and the row's lock, in milliseconds. */
const lockWait = 8_000;
/**
 * After what time the lock is let go whatever its holder does, in milliseconds. Longer than discovery and a request of a token
 * can take (2 s each, twice) after the wait for the lock: a holder that is late would use a token that another one uses, too.
 */
const lockTimeout = 20_000;
/** How long a sign-out waits for a renewal that is under way, in milliseconds. */
const takeTimeout = 8_000;
/** Half of the connections are left to those who only read. */
const locks = () => shared("row locks", () => new Limit(poolSize / 2, lockWait));

/** The name under which a row is found by its cookie, so that who reads the table can't become anybody. */
const hashOf = (cookie: string): string => createHash("sha256").update(cookie).digest("hex");

/** The columns that change with a renewal or an exchange. */
export async function toColumns(token: SessionToken) {
  const { sid, claims, generation, exp, accessToken, expiresAt, expiresIn, refreshToken } = token;
  const tokens = { sid, accessToken, expiresAt, expiresIn, refreshToken };
  return {
    claims: toJson(claims),
    generation,
    expires: new Date(exp * 1000),
    endedAt: null,
    sealedTokens: await seal(tokens, env().AUTH_SECRET[0] ?? "", salt, exp),
  };
}

/** Claims come from a JWT, or are strings: JSON all of them. */
function toJson(claims: SessionToken["claims"]): Prisma.InputJsonObject {
  const isJson = (value: unknown): value is Prisma.InputJsonObject => typeof value === "object";
  const json: unknown = JSON.parse(JSON.stringify(claims));
  return isJson(json) ? json : {};
}

/**
 * The session that a row keeps. One whose tokens can't be read (a secret that was dropped, a row that was tampered with)
 * has ended like one whose grant Logto ended.
 */
export async function fromRow(row: Row): Promise<{ token: SessionToken; ended: boolean }> {
  const tokens = row.sealedTokens && (await unsealed(row.sid, row.sealedTokens));
  const token = sessionToken.parse({
    sub: row.userId,
    sid: row.sid,
    logtoSid: row.logtoSid ?? undefined,
    startedAt: Math.floor(row.startedAt.getTime() / 1000),
    authenticatedAt: row.authenticatedAt ? Math.floor(row.authenticatedAt.getTime() / 1000) : undefined,
    generation: row.generation,
    claims: row.claims,
    exp: Math.floor(row.expires.getTime() / 1000),
    ...tokens,
  });
  return { token: Object.freeze(token), ended: row.endedAt !== null || !tokens };
}

async function unsealed(sid: string, sealed: string) {
  try {
    const { payload } = await unseal(sealed, env().AUTH_SECRET, salt);
    // Bound to its row: tokens that were copied to another one are nobody's.
    const parsed = grantTokens.extend({ sid: sessionToken.shape.sid }).parse(payload);
    return parsed.sid === sid ? parsed : null;
  } catch {
    return null;
  }
}

/**
 * Keeps a session that has just begun, and forgets what has expired of the same user's.
 *
 * @param cookie the session cookie's value
 * @throws DatabaseError
 */
export async function createRow(
  token: SessionToken,
  { cookie, userAgent }: { cookie: string; userAgent: string | null },
): Promise<void> {
  const { sid, sub: userId, logtoSid, startedAt, authenticatedAt } = token;
  const isOver = { OR: [{ expires: { lt: new Date() } }, { endedAt: { not: null } }] };
  await query(
    db().$transaction([
      db().session.deleteMany({ where: { userId, ...isOver } }),
      db().session.create({
        data: {
          sid,
          userId,
          sessionToken: hashOf(cookie),
          logtoSid: logtoSid ?? null,
          startedAt: new Date(startedAt * 1000),
          authenticatedAt: authenticatedAt ? new Date(authenticatedAt * 1000) : null,
          userAgent: userAgent?.slice(0, 500) ?? null,
          ...(await toColumns(token)),
        },
      }),
    ]),
  );
}

/** The row of a session cookie. @throws DatabaseError */
export const findRow = (cookie: string): Promise<Row | null> =>
  query(db().session.findUnique({ where: { sessionToken: hashOf(cookie) } }));

/** Removes a session's row and gives it back, after any renewal under way in the cluster. @throws DatabaseError */
export async function takeRow(sid: string): Promise<Row | undefined> {
  try {
    return await query(db().session.delete({ where: { sid } }), takeTimeout);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Writes that a session was used, or that it lasts longer. */
export async function touchRow(sid: string, data: { lastSeenAt: Date; expires?: Date }): Promise<void> {
  await query(db().session.updateMany({ where: { sid }, data }));
}

/** How long to wait between attempts to write what a failed transaction did not, in milliseconds. */
const saveAgainAfter = [250, 1_000, 5_000, 15_000];

/**
 * Writes tokens that were got in a transaction which then failed: until the row has them, another process would use the
 * old refresh token, and end the grant by it.
 */
export async function saveLater(token: SessionToken): Promise<void> {
  const { sid, generation } = token;
  for (const pause of saveAgainAfter) {
    await new Promise((resolve) => setTimeout(resolve, pause).unref());
    try {
      const data = await toColumns(token);
      await query(db().session.updateMany({ where: { sid, generation: { lt: generation } }, data }));
      return;
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
    }
  }
}

/**
 * Has a session's row to itself in the whole cluster. PostgreSQL lets the next one go on at once should this process die.
 *
 * @param work gets the row as it is now, and what to write to it
 * @throws DatabaseError; `work` may have been done by then
 */
export async function lockRow<T>(
  sid: string,
  work: (row: Row | undefined, save: (data: Prisma.SessionUpdateInput) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  return locks().run(() =>
    query(
      db().$transaction(
        async (transaction) => {
          // Also where this process froze or its machine is cut off: PostgreSQL would wait for hours.
          await transaction.$queryRaw`SELECT
            set_config('lock_timeout', ${String(lockWait)}, true),
            set_config('idle_in_transaction_session_timeout', ${String(lockTimeout)}, true)`;
          // One statement that waits for the lock, and reads what is there once it has it.
          const [row] = await transaction.session.updateManyAndReturn({
            where: { sid },
            data: { lastSeenAt: new Date() },
          });
          return work(row, (data) => transaction.session.update({ where: { sid }, data }));
        },
        { timeout: lockTimeout, maxWait: lockTimeout },
      ),
      lockWait + lockTimeout,
    ),
  );
}
