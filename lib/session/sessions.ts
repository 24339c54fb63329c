import "server-only";
import { redirect } from "next/navigation";
import { currentSession } from "./lifecycle/current-session";
import { endSessions } from "./lifecycle/ending";
import { reportOutage } from "./lifecycle/session-error";
import { signOut } from "./routes/sign-out";
import { sessionStore, usesRowStore } from "./stores/current-store";
import type { ListedSession } from "./stores/store";

const event = "session revoked";

/**
 * The signed-in user's sessions: this one first, then the last seen. None where only browsers know
 * of sessions.
 *
 * @throws SessionError
 */
export async function listSessions(): Promise<ListedSession[]> {
  return reportOutage(sessionStore().list(await currentSession()));
}

/**
 * Ends one of the signed-in user's sessions, with its grant. An id that is not (or no longer) one
 * of theirs is ignored.
 *
 * @throws SessionError
 */
export async function revokeSession(rowId: string): Promise<void> {
  const { subject } = await currentSession();
  if (usesRowStore()) await reportOutage(endSessions({ subject, rowId }, event));
}

/**
 * Ends all of the signed-in user's sessions but this one, with their grants. @throws SessionError
 */
export async function revokeOtherSessions(): Promise<void> {
  const { subject, sessionId: except } = await currentSession();
  if (usesRowStore()) await reportOutage(endSessions({ subject, except }, event));
}

/**
 * Ends all of the signed-in user's sessions with their grants, this one last, and goes on to Logto.
 * @throws SessionError
 */
export async function signOutEverywhere(): Promise<never> {
  await revokeOtherSessions();
  redirect(await signOut());
}
