import "server-only";
import { redirect } from "next/navigation";
import { isDatabaseError } from "@/lib/database-error";
import { currentSession } from "./lifecycle/current-session";
import { endSessions } from "./lifecycle/ending";
import { SessionError } from "./model/errors";
import { endHere } from "./routes/sign-out";
import { sessionStore, usesRows } from "./stores/current-store";
import type { ListedSession } from "./stores/store";

/** Reports an outage of the database as `database_unavailable`. @throws SessionError */
export async function asSession<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    throw new SessionError("database_unavailable", error.message);
  }
}

const event = "session revoked";

/**
 * The signed-in user's sessions: this one first, then the last seen. None where only browsers know of sessions.
 *
 * @throws SessionError
 */
export async function listSessions(): Promise<ListedSession[]> {
  return asSession(sessionStore().list(await currentSession()));
}

/**
 * Ends one of the signed-in user's sessions, with its grant. An id that is not (or no longer) one of theirs is ignored.
 *
 * @throws SessionError
 */
export async function revokeSession(rowId: string): Promise<void> {
  const { subject } = await currentSession();
  if (usesRows()) await asSession(endSessions({ subject, rowId }, event));
}

/** Ends all of the signed-in user's sessions but this one, with their grants. @throws SessionError */
export async function revokeOtherSessions(): Promise<void> {
  const { subject, sid: except } = await currentSession();
  if (usesRows()) await asSession(endSessions({ subject, except }, event));
}

/** Ends all of the signed-in user's sessions with their grants, this one last, and goes on to Logto. @throws SessionError */
export async function signOutEverywhere(): Promise<never> {
  await revokeOtherSessions();
  redirect(await endHere());
}
