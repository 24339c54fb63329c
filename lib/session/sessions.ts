import "server-only";
import { redirect } from "next/navigation";
import { currentSession } from "./lifecycle/current-session";
import { endSessions } from "./lifecycle/ending";
import { outageAsSessionError } from "./lifecycle/to-session-error";
import { signOut } from "./routes/sign-out";
import { sessionStore } from "./stores/current-store";
import { storedSessions, type ListedSession } from "./stores/database";

const event = "session revoked";

/**
 * The signed-in user's sessions: this one first, then the last used ones. The cookie store has no
 * list.
 *
 * @throws SessionError
 */
export async function listSessions(): Promise<ListedSession[]> {
  return outageAsSessionError(storedSessions(await currentSession()));
}

/**
 * Ends one of the signed-in user's sessions and revokes its grant. It ignores an id of another
 * user, and does nothing with the cookie store.
 *
 * @throws SessionError
 */
export async function revokeSession(rowId: string): Promise<void> {
  const { subject } = await currentSession();
  if (!sessionStore().isInCookie)
    await outageAsSessionError(endSessions({ subject, rowId }, event));
}

/**
 * Ends all other sessions of the signed-in user, with their grants. It does nothing with the cookie
 * store.
 *
 * @throws SessionError
 */
export async function revokeOtherSessions(): Promise<void> {
  const { subject, sessionId: except } = await currentSession();
  if (!sessionStore().isInCookie)
    await outageAsSessionError(endSessions({ subject, except }, event));
}

/**
 * Ends all sessions of the signed-in user, this one last, and redirects to Logto. The cookie store
 * knows and ends only this one.
 *
 * @throws SessionError
 */
export async function signOutEverywhere(): Promise<never> {
  await revokeOtherSessions();
  redirect(await signOut());
}
