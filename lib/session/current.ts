import "server-only";
import { cookies } from "next/headers";
import { cache } from "react";
import { usesRows } from "@/lib/env";
import { removedCookies, writtenCookies } from "./cookie";
import { readSession } from "./read-session";
import { noSession } from "./errors";
import { continueSession, renewSession, slideSession } from "./renewal";
import { isNewer, isSliding, type SessionToken } from "./session-token";

/**
 * How the session of the current request stands, looked up once per request. In strategy `jwt` middleware has renewed it;
 * in strategy `database` this does, when it is about to expire.
 *
 * @throws SessionError `database_unavailable`
 */
export const currentSession = cache(async () => {
  const read = await readSession((await cookies()).getAll());
  if (read.status !== "read") return read;
  return usesRows() ? renewSession(read.token) : continueSession(read.token);
});

/**
 * The tokens of whoever makes the current request.
 *
 * @throws SessionError `signed_out` or `session_ended`
 */
export async function currentToken(): Promise<SessionToken> {
  const session = await currentSession();
  if (session.status === "active") return session.token;
  throw noSession(session.status);
}

/**
 * Stores what a handler or action got in the session's cookie, in strategy `jwt`. A page can't set cookies: then this
 * process keeps it, and the next request through middleware writes it.
 */
export async function storeSession(token: SessionToken): Promise<void> {
  if (usesRows()) return;
  const jar = await cookies();
  const all = jar.getAll();
  const read = await readSession(all);
  if (read.status !== "read") return;
  // Middleware never sees what asks through /api/proxy alone.
  const slid = isSliding(token) ? slideSession(token) : token;
  if (!isNewer(slid, read.token)) return;
  const written = await writtenCookies(
    slid,
    all.map(({ name }) => name),
  );
  try {
    for (const { name, value, options } of written) jar.set(name, value, options);
  } catch {
    // Next refuses it while it renders a page.
  }
}

/** Removes the session cookies that the request has from the browser, in an action. */
export async function removeSessionCookies(): Promise<void> {
  const jar = await cookies();
  const names = jar.getAll().map(({ name }) => name);
  for (const { name, value, options } of removedCookies(names)) jar.set(name, value, options);
}
