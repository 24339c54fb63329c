import type { LogtoError } from "@/lib/logto/errors";
import { sessionStore } from "../stores/current-store";
import { joinChunks } from "../stores/cookie";
import type { Session } from "../model/session";
import { sessionState } from "./session-state";

/**
 * The status of a request's session, from reading its cookie to its guards.
 *
 * - `none`: there is no session, or it has expired, or was signed out or revoked here.
 * - `unreadable`: the cookie was tampered with or truncated.
 * - `foreign`: the cookie belongs to another app on this host or domain, or was made with another
 *   secret or by the other store. It counts as none, but is not removed: the other app needs it,
 *   and a sign-in here replaces it.
 * - `ended`: a tombstone. Logto rejected the grant, or the user may no longer use this site.
 * - `active`: the newest copy, and the error if its renewal failed.
 */
export type SessionStatus =
  | { status: "none" | "unreadable" | "foreign" | "ended" }
  | { status: "active"; session: Session; failure?: LogtoError };

/** The status of a session as this process knows it, without a request to Logto or the store. */
export function sessionStatus(read: Session): SessionStatus {
  if (read.endedAt !== undefined) return { status: "ended" };
  const { session, isRemoved, renewal } = sessionState(read);
  if (isRemoved) return { status: "none" };
  if (session.endedAt !== undefined) return { status: "ended" };
  const { failure } = renewal;
  return { status: "active", session, ...(failure && { failure }) };
}

/**
 * Reads the status of a request's session: one decryption (cookie store) or one query (row store).
 *
 * @param cookies all cookies of the request
 * @throws DatabaseError in an outage, which must not pass for "signed out"
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
