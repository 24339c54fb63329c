import type { PrismaClient } from "@/generated/prisma/client";

/** How many rows one statement deletes: each holds its locks for a moment only. */
const batch = 1_000;

/**
 * Deletes the sessions that have expired, a batch at a time.
 *
 * @returns how many there were
 */
export async function deleteExpired(
  prisma: PrismaClient,
  now = new Date(),
): Promise<{ sessions: number }> {
  let sessions = 0;
  for (let deleted = batch; deleted === batch; sessions += deleted) {
    deleted = await prisma.$executeRaw`
      DELETE FROM "Session" WHERE "id" IN (
        SELECT "id" FROM "Session" WHERE "expires" < ${now} LIMIT ${batch} FOR UPDATE SKIP LOCKED
      )`;
  }
  return { sessions };
}
