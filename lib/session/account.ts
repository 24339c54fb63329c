import "server-only";
import { redirect } from "next/navigation";
import { currentSession } from "./lifecycle/current-session";
import { endSessions } from "./lifecycle/ending";
import { outageAsSessionError } from "./lifecycle/to-session-error";
import { SessionError } from "./model/errors";
import { freshSignIn } from "./model/fresh-sign-in";
import type { Session } from "./model/session";
import { signOut } from "./routes/sign-out";
import { usersTable } from "./stores/database";

/** How far Logto's clock may be ahead of ours, in seconds. */
const clockTolerance = 60;

/** Whether the user authenticated in the last five minutes. @param now in milliseconds */
function isFresh({ authenticatedAt = 0 }: Session, now = Date.now()): boolean {
  const age = now / 1000 - authenticatedAt;
  return age < Number(freshSignIn.max_age) && age >= -clockTolerance;
}

/** Whether the signed-in user authenticated in the last five minutes. @throws SessionError */
export async function isFreshlySignedIn(): Promise<boolean> {
  return isFresh(await currentSession());
}

/**
 * Deletes the signed-in user from our database, ends all sessions of the user, revokes their grants
 * and signs out. Without a database it only signs out. The account at Logto stays.
 *
 * @throws SessionError `sign_in_again` if the user did not authenticate in the last five minutes
 */
export async function deleteAccount(): Promise<never> {
  const session = await currentSession();
  if (!isFresh(session))
    throw new SessionError(
      "sign_in_again",
      "deleting an account needs a sign-in of the last five minutes",
    );
  const { subject, startedAt } = session;
  // Logto's clock may be ahead, and this session must end too.
  const before = Math.max(Date.now(), startedAt * 1000);
  const users = usersTable();
  if (users) {
    await outageAsSessionError(endSessions({ subject, before }, "session revoked"));
    await outageAsSessionError(users.remove(subject));
  }
  redirect(await signOut());
}
