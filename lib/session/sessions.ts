import "server-only";
import { db, isDatabaseError, query } from "@/lib/db";
import { usesRows } from "@/lib/env";
import { currentToken } from "./current";
import { endRows } from "./end-sessions";
import { SessionError } from "./errors";
import type { SessionToken } from "./session-token";
import { signOutHere } from "./sign-out";

/** One session of the signed-in user, as the user is shown it. */
export interface SessionSummary {
  /** Names it in a form; opens nothing. */
  id: string;
  /** Whether it is the one that asks. */
  current: boolean;
  userAgent: string | null;
  createdAt: Date;
  lastSeenAt: Date;
}

/** Waits for what needs the database. @throws SessionError `database_unavailable` */
export async function asSession<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    throw new SessionError("database_unavailable", error.message);
  }
}

const isLive = ({ sub: userId }: SessionToken) => ({ userId, endedAt: null, expires: { gt: new Date() } });

/**
 * The signed-in user's sessions: this one first, then the last seen. None where sessions are no rows.
 *
 * @throws SessionError
 */
export async function listSessions(): Promise<SessionSummary[]> {
  const token = await currentToken();
  if (!usesRows()) return [];
  const where = isLive(token);
  const rows = await asSession(query(db().session.findMany({ where, orderBy: { lastSeenAt: "desc" } })));
  return rows
    .map(({ id, sid, userAgent, createdAt, lastSeenAt }) => {
      return { id, current: sid === token.sid, userAgent, createdAt, lastSeenAt };
    })
    .sort((one, other) => Number(other.current) - Number(one.current));
}

/**
 * Ends one of the signed-in user's sessions, with its grant. An id that is not (or no longer) one of theirs is ignored.
 *
 * @throws SessionError
 */
export async function revokeSession(id: string): Promise<void> {
  const token = await currentToken();
  await asSession(endRows({ ...isLive(token), id }, token));
}

/** Ends all of the signed-in user's sessions but this one, with their grants. @throws SessionError */
export async function revokeOtherSessions(): Promise<void> {
  const token = await currentToken();
  await asSession(endRows({ ...isLive(token), sid: { not: token.sid } }, token));
}

/** Ends all of the signed-in user's sessions with their grants, this one last, and goes on to Logto. @throws SessionError */
export async function signOutEverywhere(): Promise<never> {
  await revokeOtherSessions();
  return signOutHere();
}
