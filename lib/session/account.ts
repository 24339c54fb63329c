import "server-only";
import { redirect } from "next/navigation";
import { currentSession } from "./lifecycle/current-session";
import { endSessions } from "./lifecycle/ending";
import { reportOutage } from "./lifecycle/session-error";
import { SessionError } from "./model/errors";
import type { Session } from "./model/session";
import { signOut } from "./routes/sign-out";
import { currentUsers } from "./stores/current-store";

/**
 * How long a sign-in counts as recent, and how far Logto's clock may be ahead of ours, in seconds.
 */
const freshFor = 5 * 60;
const clockTolerance = 60;

/**
 * Parameters of an authorization request that make the user authenticate: Logto asks for the
 * password even if it has a session, and issues a refresh token as at every sign-in (logto-facts
 * "Refresh tokens").
 */
export const freshSignIn = { prompt: "login consent", max_age: String(freshFor) };

function isFresh({ authenticatedAt = 0 }: Session, now = Date.now()): boolean {
  const age = now / 1000 - authenticatedAt;
  return age < freshFor && age >= -clockTolerance;
}

/** Whether the signed-in user authenticated in the last five minutes. @throws SessionError */
export async function isFreshlySignedIn(): Promise<boolean> {
  return isFresh(await currentSession());
}

/**
 * Deletes the signed-in user here: user, account, sessions and grants. The account at Logto stays.
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
  const users = currentUsers();
  if (users) {
    await reportOutage(endSessions({ subject, before }, "session revoked"));
    await reportOutage(users.remove(subject));
  }
  redirect(await signOut());
}
