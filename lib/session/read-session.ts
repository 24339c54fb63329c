import { after } from "next/server";
import { DatabaseError } from "@/lib/db";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { decodeSession } from "./codec";
import { joinChunks, sessionCookieName } from "./cookie";
import { SessionError } from "./errors";
import { stateOf } from "./renewal";
import { currentRevocations } from "./revocations";
import { findRow, fromRow, hashOf, touchRow } from "./rows";
import { isExpiring, isNewer, isSliding, sessionLifetime, type SessionToken } from "./session-token";

/** What a request says of its session. */
export type SessionRead =
  | { status: "none" }
  | { status: "unreadable" }
  | { status: "expired" }
  | { status: "read"; token: SessionToken };

/** How often it is written that a session was used, in milliseconds. */
const seenEvery = 5 * 60_000;

/**
 * Reads the session of a request: from its cookie (strategy `jwt`), or from the row that the cookie names (`database`), which
 * is one query.
 *
 * @param cookies all cookies of the request
 * @returns `unreadable` for what is tampered with, truncated, of another secret, or chunked and whole at once; the
 *   operator's log then has a line. Never throws for a bad cookie.
 * @throws SessionError `database_unavailable`: that nobody could be asked does not mean "signed out"
 */
export async function readSession(cookies: readonly { name: string; value: string }[]): Promise<SessionRead> {
  const value = joinChunks(cookies);
  if (value === undefined) return { status: "none" };
  if (env().AUTH_SESSION_STRATEGY === "database") return readRow(value);
  await currentRevocations();
  try {
    const token = await decodeSession(value, env().AUTH_SECRET, sessionCookieName());
    return token ? { status: "read", token } : { status: "expired" };
  } catch (error) {
    log.warn("session cookie unreadable", { reason: error instanceof Error ? error.message : "unknown" });
    return { status: "unreadable" };
  }
}

/**
 * What a browser holds for its session: by it the same browser is known again, even when the session has ended meanwhile.
 *
 * @param cookies all cookies of the request
 */
export async function identify(
  cookies: readonly { name: string; value: string }[],
): Promise<string | undefined> {
  const value = joinChunks(cookies);
  if (!value) return undefined;
  if (env().AUTH_SESSION_STRATEGY === "database") return hashOf(value);
  const decoding = decodeSession(value, env().AUTH_SECRET, sessionCookieName());
  return (await decoding.catch(() => null))?.sid;
}

async function readRow(cookie: string): Promise<SessionRead> {
  const row = await findRow(cookie).catch((error: unknown) => {
    if (!(error instanceof DatabaseError)) throw error;
    throw new SessionError("database_unavailable", "the session can't be looked up");
  });
  if (!row) return { status: "none" };
  const now = Date.now();
  if (row.expires.getTime() <= now) return { status: "expired" };
  const { token, ended } = await fromRow(row);
  const state = stateOf(token);
  // Its end is told by the row alone, unless this process knows of tokens that could not be stored yet.
  if (!isNewer(state.token, token)) state.ended = ended;
  // Parallel requests would each wait for the row, a connection in hand, while a renewal has it; which writes it, too.
  const isWritten = now - state.seenAt < seenEvery || (token.refreshToken && isExpiring(token, now));
  if (!isWritten && (isSliding(token, now) || now - row.lastSeenAt.getTime() > seenEvery)) {
    state.seenAt = now;
    const expires = isSliding(token, now) ? { expires: new Date(now + sessionLifetime * 1000) } : {};
    // Once the answer is out: the page waits for one query, not for two.
    after(() => touchRow(row.sid, { lastSeenAt: new Date(now), ...expires }).catch(() => undefined));
  }
  return { status: "read", token };
}
