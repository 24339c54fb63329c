import { createHash } from "node:crypto";
import type { PrismaClient, Session } from "@/generated/prisma/client";
import { seal, unseal } from "@/lib/session/codec";
import { grantTokens, sessionToken, type SessionToken } from "@/lib/session/session-token";

const salt = "session-row";
const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** The session that a row keeps, with its tokens. */
export async function sessionOf(row: Session, secret: string): Promise<SessionToken> {
  const tokens = row.sealedTokens && (await unseal(row.sealedTokens, [secret], salt)).payload;
  return sessionToken.parse({
    ...(tokens ? grantTokens.parse(tokens) : {}),
    sub: row.userId,
    sid: row.sid,
    logtoSid: row.logtoSid ?? undefined,
    startedAt: seconds(row.startedAt),
    authenticatedAt: row.authenticatedAt ? seconds(row.authenticatedAt) : undefined,
    generation: row.generation,
    claims: row.claims,
    exp: seconds(row.expires),
  });
}

/** The session that a cookie of mode `database` names. */
export async function readRow(db: PrismaClient, secret: string, cookie: string): Promise<SessionToken> {
  const sessionToken = createHash("sha256").update(cookie).digest("hex");
  return sessionOf(await db.session.findUniqueOrThrow({ where: { sessionToken } }), secret);
}

/** Puts a session's tokens into its row. */
export async function writeRow(db: PrismaClient, secret: string, token: SessionToken): Promise<void> {
  const { sid, generation, exp, accessToken, expiresAt, expiresIn, refreshToken } = token;
  const tokens = { sid, accessToken, expiresAt, expiresIn, refreshToken };
  const sealedTokens = await seal(tokens, secret, salt, exp);
  await db.session.update({ where: { sid }, data: { generation, sealedTokens } });
}
