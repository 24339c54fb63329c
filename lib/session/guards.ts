import "server-only";
import type { Session } from "next-auth";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { safeCallbackUrl, signInPath } from "./callback-url";
import { getAccessToken, type AccessToken, type AccessTokenTarget } from "./access-token";
import { currentSession, noSession } from "./current";
import { asSessionError, SessionError } from "./errors";
import { toSession } from "./session";
import { requestedPathHeader, resumePath } from "./update-session";

/**
 * The session of the current request, or null. Looked up once per request. Whatever is wrong with a session, its cookie
 * or the configuration means null: nothing fails open. It says what Auth.js's `auth()` says, which would decrypt the
 * cookie once more, or ask the database, and make a new cookie that nobody gets.
 *
 * @throws SessionError `database_unavailable` (strategy `database`)
 */
export async function getSession(): Promise<Session | null> {
  const session = await currentSession();
  return session.status === "active" ? toSession(session.token) : null;
}

/** Sends the browser to sign in and back; silently, where Logto ended a session that this request still carries. */
async function signInFirst({ code }: SessionError): Promise<never> {
  const path = safeCallbackUrl((await headers()).get(requestedPathHeader));
  const query = new URLSearchParams({ callbackUrl: path }).toString();
  redirect(code === "session_ended" ? `${resumePath}?${query}` : signInPath(path));
}

/**
 * For pages: the session, or a redirect to sign in and back. Await it at the top of every protected page; a layout is no
 * place for it, since layouts are not rendered anew on navigation. The way back is known where middleware matches the
 * page; elsewhere it is the dashboard.
 */
export async function requireSession(): Promise<Session> {
  return (await getSession()) ?? signInFirst(noSession((await currentSession()).status));
}

/**
 * For pages: an access token as getAccessToken gives it, or a redirect to sign in and back when the session is over.
 *
 * @throws SessionError for every other reason, for the page to show
 */
export async function requireAccessToken(target?: AccessTokenTarget): Promise<AccessToken> {
  try {
    return await getAccessToken(target);
  } catch (error) {
    if (error instanceof SessionError && error.status === 401) return signInFirst(error);
    throw error;
  }
}

/**
 * For server actions: passes the session on, or throws; `error.tsx` then says that the session is over.
 *
 * @throws SessionError `signed_out` or `session_ended`
 */
export function actionWithSession<Rest extends unknown[], Result>(
  action: (session: Session, ...rest: Rest) => Promise<Result>,
): (...rest: Rest) => Promise<Result> {
  return async (...rest) => {
    const session = await getSession();
    if (!session) throw noSession((await currentSession()).status);
    return action(session, ...rest);
  };
}

/** RFC 9110 §15.5.2 wants a challenge with a 401; a session is no scheme of the registry, so it names itself. */
const challenge = { "www-authenticate": "Session", "cache-control": "private, no-store" };
/** How long a client should wait before it tries again, in seconds. */
const outage = { "retry-after": "5", "cache-control": "private, no-store" };

/** The answer of a handler when nobody can tell whether there is a session. */
export const unavailable = ({ code, status }: SessionError): Response =>
  Response.json({ error: code, message: "Try again in a moment." }, { status, headers: outage });

/**
 * For route handlers: passes the session on, or answers 401 JSON; 503 when nobody can tell.
 *
 * @param handler gets the session and whatever Next gives a route handler
 */
export function withSession<Rest extends unknown[]>(
  handler: (session: Session, ...rest: Rest) => Response | Promise<Response>,
): (...rest: Rest) => Promise<Response> {
  return async (...rest) => {
    const session = await getSession().catch(asSessionError);
    if (session instanceof SessionError) return unavailable(session);
    if (session) return handler(session, ...rest);
    const { code, status } = noSession((await currentSession()).status);
    return Response.json({ error: code, message: "Sign in to use this." }, { status, headers: challenge });
  };
}
