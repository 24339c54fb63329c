import { after } from "next/server";
import { isDatabaseError } from "@/lib/db";
import { env, usesRows } from "@/lib/env";
import { log } from "@/lib/log";
import { decodeSession } from "./codec";
import { joinChunks, sessionCookieName } from "./cookie";
import { SessionError } from "./errors";
import { stateOf } from "./renewal";
import { findRow, fromRow, touchRow } from "./rows";
import { isExpiring, isNewer, isSliding, sessionLifetime, type SessionToken } from "./session-token";

/** What a request says of its session. */
export type SessionRead =
  | { status: "none" }
  | { status: "unreadable" }
  | { status: "expired" }
  | { status: "ended" }
  | { status: "read"; token: SessionToken };

/** How often it is written that a session was used, in milliseconds. */
const seenEvery = 5 * 60_000;

/**
 * Reads the session of a request: from its cookie, or from the row that the cookie names, which is one query.
 *
 * @param cookies all cookies of the request
 * @returns `ended` where Logto refused the grant; `unreadable` for what is tampered with, truncated, of another secret, or
 *   chunked and whole at once; the operator's log then has a line. Never throws for a bad cookie.
 * @throws SessionError `database_unavailable`: that nobody could be asked does not mean "signed out"
 */
export async function readSession(cookies: readonly { name: string; value: string }[]): Promise<SessionRead> {
  const value = joinChunks(cookies);
  if (value === undefined) return { status: "none" };
  if (usesRows()) return readRow(value);
  try {
    const token = await decodeSession(value, env().AUTH_SECRET, sessionCookieName());
    if (!token) return { status: "expired" };
    return token.endedAt === undefined ? { status: "read", token } : { status: "ended" };
  } catch (error) {
    log.warn("session cookie unreadable", { reason: error instanceof Error ? error.message : "unknown" });
    return { status: "unreadable" };
  }
}

async function readRow(cookie: string): Promise<SessionRead> {
  const row = await findRow(cookie).catch((error: unknown) => {
    if (!isDatabaseError(error)) throw error;
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
