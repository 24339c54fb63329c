import type { PrismaClient } from "@/generated/prisma/client";

/**
 * Deletes the rows that have expired: sessions, e-mail links, and revocations of cookies that would be refused by now anyway.
 *
 * @returns how many of each there were
 */
export async function deleteExpired(
  prisma: PrismaClient,
  now = new Date(),
): Promise<{ sessions: number; verificationTokens: number; revocations: number }> {
  const where = { expires: { lt: now } };
  const sessions = await prisma.session.deleteMany({ where });
  const verificationTokens = await prisma.verificationToken.deleteMany({ where });
  const revocations = await prisma.revocation.deleteMany({ where });
  return {
    sessions: sessions.count,
    verificationTokens: verificationTokens.count,
    revocations: revocations.count,
  };
}
