import "server-only";
import { db, hasDatabase, query } from "@/lib/db";
import { currentToken } from "./current";
import { endRows } from "./end-sessions";
import { SessionError } from "./errors";
import type { SessionToken } from "./session-token";
import { asSession } from "./sessions";
import { signInAtLogto, signInByEmail } from "./sign-in";
import { signOutHere } from "./sign-out";

/** How long a sign-in counts as fresh, in seconds. */
const freshness = 5 * 60;

/** How the signed-in user can sign in. */
export interface LinkedAccount {
  /** "logto", or "nodemailer" for links in mails. */
  provider: string;
  /** Logto's subject, or the address. */
  providerAccountId: string;
  linkedAt: Date;
}

/** The signed-in user's accounts, the oldest first. None without a database. @throws SessionError */
export async function linkedAccounts(): Promise<LinkedAccount[]> {
  const { userId } = await currentToken();
  if (!hasDatabase()) return [];
  const rows = await asSession(
    query(db().account.findMany({ where: { userId }, orderBy: { createdAt: "asc" } })),
  );
  return rows.map(({ provider, providerAccountId, createdAt }) => {
    return { provider, providerAccountId, linkedAt: createdAt };
  });
}

/** Asks for the password whatever session Logto has, and for a refresh token (logto-facts "Refresh tokens"). */
const anew = { prompt: "login consent", max_age: String(freshness) };

/**
 * Has the signed-in user sign in at Logto with the account that shall be theirs, too, and brings them back to `/account`.
 *
 * @throws SessionError `sign_in_again` when the sign-in is not fresh: whoever found the browser open would stay for good
 */
export async function linkLogtoAccount(): Promise<never> {
  const token = await currentToken();
  if (!isFresh(token))
    throw new SessionError("sign_in_again", "an account is linked after a fresh sign-in only");
  const { userId, sid } = token;
  return signInAtLogto("/account", anew, { kind: "link", userId, sid });
}

/**
 * Has the signed-in user prove who they are: by their password, or by a link that is sent to them.
 *
 * @param callbackUrl where to come back to; a path of ours
 * @throws SessionError `signed_out` or `session_ended`
 */
export async function signInAgain(callbackUrl: string): Promise<never> {
  const { userId, sid, provider, claims } = await currentToken();
  if (provider === "email") return signInByEmail(claims.email, callbackUrl);
  return signInAtLogto(callbackUrl, anew, { kind: "again", userId, sid });
}

const isFresh = ({ authenticatedAt = 0 }: SessionToken) => Date.now() / 1000 - authenticatedAt < freshness;

/** Whether the signed-in user proved who they are within the last five minutes. @throws SessionError */
export async function isFreshlySignedIn(): Promise<boolean> {
  return isFresh(await currentToken());
}

/**
 * Deletes the signed-in user: their row, accounts, sessions and grants. Their account at Logto stays.
 *
 * @throws SessionError `sign_in_again` when the sign-in is not fresh
 */
export async function deleteAccount(): Promise<never> {
  const token = await currentToken();
  if (!isFresh(token))
    throw new SessionError("sign_in_again", "an account is deleted after a fresh sign-in only");
  if (hasDatabase()) await asSession(deleteUser(token.userId));
  return signOutHere(token);
}

async function deleteUser(userId: string): Promise<void> {
  await endRows({ userId });
  const accounts = await query(db().account.findMany({ where: { userId } }));
  const identifiers = accounts.map(({ providerAccountId }) => providerAccountId);
  const links = db().verificationToken.deleteMany({ where: { identifier: { in: identifiers } } });
  await query(db().$transaction([links, db().user.deleteMany({ where: { id: userId } })]));
}
