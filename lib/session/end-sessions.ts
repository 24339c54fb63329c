import { db, hasDatabase, query } from "@/lib/db";
import { endSession } from "./renewal";
import { revokeFor } from "./revocations";
import { fromRow } from "./rows";
import type { SessionToken } from "./session-token";

/**
 * Ends every session of a subject, or of one session at Logto, with their grants, and has the cookies of strategy `jwt`
 * refused from now on.
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
  if (logtoSid) await revokeFor({ logtoSid }, before);
  else if (sub) await revokeFor({ sub }, before);
  if (!hasDatabase()) return 0;
  const whose = logtoSid ? { logtoSid, ...(sub && { subject: sub }) } : { subject: sub ?? "" };
  return endRows({ ...whose, startedAt: { lte: new Date(before) } }, { byLogto: true });
}

/**
 * Ends sessions that are rows, with their grants.
 *
 * @param where which; without one, none is left
 * @param options `remaining`: a session that goes on, and with it its grant, which is that of all of one session at Logto
 * @returns how many
 * @throws DatabaseError
 */
export async function endRows(
  where: NonNullable<Parameters<ReturnType<typeof db>["session"]["findMany"]>[0]>["where"],
  { byLogto = false, remaining }: { byLogto?: boolean; remaining?: SessionToken } = {},
): Promise<number> {
  const rows = await query(db().session.findMany({ where: where ?? {} }));
  const event = "session revoked";
  await Promise.all(
    rows.map(async (row) => {
      const { token } = await fromRow(row);
      const isOther = remaining !== undefined && token.sid !== remaining.sid;
      const keepGrant = isOther && token.logtoSid !== undefined && token.logtoSid === remaining.logtoSid;
      await endSession(token, { byLogto, event, keepGrant });
    }),
  );
  return rows.length;
}
