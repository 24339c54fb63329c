import { db, query } from "./client";

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
  const { count } = await query(
    db().session.updateMany({
      where: {
        ...(users && { userId: { in: users } }),
        startedAt: { lte: new Date(before) },
        endedAt: null,
      },
      // With a higher version a process takes the row for newer than its own copy.
      data: { renewalDueAt: new Date(), version: { increment: 1 } },
    }),
  );
  return count;
}
