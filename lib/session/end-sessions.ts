import { db, query } from "@/lib/db";
import { usesRows } from "@/lib/env";
import { endSession } from "./renewal";
import { revokeFor } from "./revocations";
import { fromRow } from "./rows";
import type { SessionToken } from "./session-token";

/**
 * Ends every session of a subject, or of one session at Logto: rows with their grants, and the cookies that this process gets to
 * see from now on.
 *
 * @param target `issuedAt`: sessions that began later stay; seconds, by Logto's clock
 * @returns how many were found in the database
 * @throws DatabaseError
 */
export async function endSessionsOf(target: {
  sub?: string;
  logtoSid?: string;
  issuedAt: number;
}): Promise<number> {
  const { sub, logtoSid, issuedAt } = target;
  // The last moment of the second that it names.
  const before = issuedAt * 1000 + 999;
  if (logtoSid) revokeFor({ logtoSid }, before);
  else if (sub) revokeFor({ sub }, before);
  const whose = logtoSid ? { logtoSid, ...(sub && { userId: sub }) } : { userId: sub ?? "" };
  return endRows({ ...whose, startedAt: { lte: new Date(before) } });
}

/**
 * Ends sessions that are rows, with their grants.
 *
 * @param where which
 * @param remaining a session that goes on, and with it its grant, which is that of all of one session at Logto
 * @returns how many; none where sessions are no rows
 * @throws DatabaseError
 */
export async function endRows(
  where: NonNullable<Parameters<ReturnType<typeof db>["session"]["findMany"]>[0]>["where"],
  remaining?: SessionToken,
): Promise<number> {
  if (!usesRows()) return 0;
  const rows = await query(db().session.findMany({ where: where ?? {} }));
  const event = "session revoked";
  await Promise.all(
    rows.map(async (row) => {
      const { token } = await fromRow(row);
      const isOther = remaining !== undefined && token.sid !== remaining.sid;
      const keepGrant = isOther && token.logtoSid !== undefined && token.logtoSid === remaining.logtoSid;
      await endSession(token, { event, keepGrant });
    }),
  );
  return rows.length;
}
