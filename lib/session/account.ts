import "server-only";
import { db, hasDatabase, query } from "@/lib/db";
import { currentToken } from "./current";
import { endSessionsOf } from "./end-sessions";
import { SessionError } from "./errors";
import type { SessionToken } from "./session-token";
import { asSession } from "./sessions";
import { signInAtLogto } from "./sign-in";
import { signOutHere } from "./sign-out";

/** How long a sign-in counts as fresh, and how far Logto's clock may be ahead of ours, in seconds. */
const freshness = 5 * 60;
const clockTolerance = 60;

/**
 * Has the signed-in user prove who they are: Logto asks for the password, whatever session of its own it has, and gives a refresh
 * token as at every sign-in (logto-facts "Refresh tokens").
 *
 * @param callbackUrl where to come back to; a path of ours
 * @throws SessionError `signed_out` or `session_ended`
 */
export async function signInAgain(callbackUrl: string): Promise<never> {
  await currentToken();
  return signInAtLogto(callbackUrl, { prompt: "login consent", max_age: String(freshness) });
}

function isFresh({ authenticatedAt = 0 }: SessionToken, now = Date.now()): boolean {
  const age = now / 1000 - authenticatedAt;
  return age < freshness && age >= -clockTolerance;
}

/** Whether the signed-in user proved who they are within the last five minutes. @throws SessionError */
export async function isFreshlySignedIn(): Promise<boolean> {
  return isFresh(await currentToken());
}

/**
 * Deletes the signed-in user: their row, account, sessions and grants. Their account at Logto stays.
 *
 * @throws SessionError `sign_in_again` when the sign-in is not fresh
 */
export async function deleteAccount(): Promise<never> {
  const token = await currentToken();
  if (!isFresh(token))
    throw new SessionError("sign_in_again", "an account is deleted after a fresh sign-in only");
  if (hasDatabase()) await asSession(deleteUser(token));
  return signOutHere();
}

async function deleteUser({ sub, startedAt }: SessionToken): Promise<void> {
  // Logto's clock may be ahead: this session is meant, too.
  await endSessionsOf({ sub, issuedAt: Math.max(Math.floor(Date.now() / 1000), startedAt) });
  await query(db().user.deleteMany({ where: { id: sub } }));
}
