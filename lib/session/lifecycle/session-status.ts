import type { LogtoError } from "@/lib/logto/errors";
import { sessionStore } from "../stores/current-store";
import { joinChunks } from "../stores/cookie";
import type { Session } from "../model/session";
import { sessionState } from "./session-state";

/**
 * How the session of a request stands, from reading its cookie to its guards.
 *
 * - `none`: there is none; it has expired, or ended here.
 * - `unreadable`: the cookie was tampered with or truncated.
 * - `foreign`: the cookie is another app's on this host or domain, or was made with another secret
 *   or by the other store. It means as much as none, and stays where it is: the other app needs it,
 *   and a sign-in here replaces it.
 * - `ended`: Logto refused the grant.
 * - `active`: with its newest copy and, where it could not be renewed, why.
 */
export type SessionStatus =
  | { status: "none" | "unreadable" | "foreign" | "ended" }
  | { status: "active"; session: Session; failure?: LogtoError };

/** How a session stands as this process knows it. Asks neither Logto nor the store. */
export function sessionStatus(read: Session): SessionStatus {
  if (read.endedAt !== undefined) return { status: "ended" };
  const { session, isSignedOut, renewal } = sessionState(read);
  if (isSignedOut) return { status: "none" };
  if (session.endedAt !== undefined) return { status: "ended" };
  const { failure } = renewal;
  return { status: "active", session, ...(failure && { failure }) };
}

/**
 * How the session of a request stands: one decryption, or one query.
 *
 * @param cookies all cookies of the request
 * @throws DatabaseError: that nobody could be asked does not mean "signed out"
 */
export async function readSessionStatus(
  cookies: readonly { name: string; value: string }[],
): Promise<SessionStatus> {
  const value = joinChunks(cookies);
  if (value === undefined) return { status: "none" };
  const read = await sessionStore().read(value);
  if (typeof read === "string") return { status: read };
  return read ? sessionStatus(read) : { status: "none" };
}
