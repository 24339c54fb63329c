import type { PrismaClient } from "@/generated/prisma/client";

/** Rows per DELETE statement. Small, so that each statement holds its locks only briefly. */
const batch = 1_000;

/**
 * Deletes expired sessions in batches.
 *
 * @returns how many sessions were deleted
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
