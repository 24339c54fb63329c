import { db, query } from "./client";

/** How many rows one statement changes. While it waits for one of them, it locks the others. */
const rowsAtOnce = 100;

/**
 * Makes a renewal of sessions due. It waits for a renewal that holds the lock of a row, since Logto
 * may have responded to it before the change.
 *
 * @param users subjects; undefined for all
 * @param before only sessions that began up to this time, in milliseconds, by Logto's clock
 * @returns how many
 * @throws DatabaseError
 */
export async function markRows(users: string[] | undefined, before: number): Promise<number> {
  const where = {
    ...(users && { userId: { in: users } }),
    startedAt: { lte: new Date(before) },
    endedAt: null,
  };
  // With a higher version a process takes the row for newer than its own copy.
  const data = { renewalDueAt: new Date(), version: { increment: 1 } };
  const rows = await query(db().session.findMany({ where, select: { sessionId: true } }));
  const ids = rows.map(({ sessionId }) => sessionId);
  let marked = 0;
  for (let from = 0; from < ids.length; from += rowsAtOnce) {
    const sessionId = { in: ids.slice(from, from + rowsAtOnce) };
    const { count } = await query(
      db().session.updateMany({ where: { sessionId, endedAt: null }, data }),
    );
    marked += count;
  }
  return marked;
}
