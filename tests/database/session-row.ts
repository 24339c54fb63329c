import { createHash } from "node:crypto";
import type { PrismaClient, Session as Row } from "@/generated/prisma/client";
import { grantTokens } from "@/lib/session/model/grant-tokens";
import { parseSession, type Session } from "@/lib/session/model/session";
import { seal, unseal } from "@/lib/session/stores/seal";

const salt = "session-row";
const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** The session of a row, with its tokens. */
export async function sessionOf(row: Row, secret: string): Promise<Session> {
  const tokens = row.sealedTokens && (await unseal(row.sealedTokens, [secret], salt)).payload;
  return parseSession({
    ...(tokens ? grantTokens.parse(tokens) : {}),
    subject: row.userId,
    sessionId: row.sessionId,
    logtoSessionId: row.logtoSessionId ?? undefined,
    startedAt: seconds(row.startedAt),
    authenticatedAt: row.authenticatedAt ? seconds(row.authenticatedAt) : undefined,
    version: row.version,
    claims: row.claims,
    exp: seconds(row.expires),
  });
}

/** The session that a cookie of mode `database` names. */
export async function readRow(db: PrismaClient, secret: string, cookie: string): Promise<Session> {
  const sessionToken = createHash("sha256").update(cookie).digest("hex");
  return sessionOf(await db.session.findUniqueOrThrow({ where: { sessionToken } }), secret);
}

/** Stores a session's tokens in its row. */
export async function writeRow(db: PrismaClient, secret: string, session: Session): Promise<void> {
  const { sessionId, version, exp, accessToken, expiresAt, expiresIn, refreshToken } = session;
  const tokens = { sid: sessionId, accessToken, expiresAt, expiresIn, refreshToken };
  const sealedTokens = await seal(tokens, secret, salt, exp);
  await db.session.update({ where: { sessionId }, data: { version, sealedTokens } });
}
