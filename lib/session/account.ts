import "server-only";
import { redirect } from "next/navigation";
import { currentSession } from "./lifecycle/current-session";
import { endSessions } from "./lifecycle/ending";
import { outageAsSessionError } from "./lifecycle/to-session-error";
import { SessionError } from "./model/errors";
import { isFreshSignIn } from "./model/fresh-sign-in";
import { signOut } from "./routes/sign-out";
import { usersTable } from "./stores/database";

/** Whether the signed-in user authenticated in the last five minutes. @throws SessionError */
export async function isFreshlySignedIn(): Promise<boolean> {
  return isFreshSignIn(await currentSession());
}

/**
 * Deletes the signed-in user from our database, ends all sessions of the user, revokes their grants
 * and signs out. Without a database it only signs out. The account at Logto stays.
 *
 * @throws SessionError `sign_in_again` if the user did not authenticate in the last five minutes
 */
export async function deleteAccount(): Promise<never> {
  const session = await currentSession();
  if (!isFreshSignIn(session))
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
