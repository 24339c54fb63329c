import type { PrismaClient } from "@/generated/prisma/client";

/**
 * Deletes the sessions that have expired.
 *
 * @returns how many there were
 */
export async function deleteExpired(prisma: PrismaClient, now = new Date()): Promise<{ sessions: number }> {
  const { count } = await prisma.session.deleteMany({ where: { expires: { lt: now } } });
  return { sessions: count };
}
