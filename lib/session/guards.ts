import "server-only";
import type { Session } from "next-auth";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { getAccessToken, type AccessToken, type AccessTokenTarget } from "./access-token";
import { safeCallbackUrl, signInPath } from "./callback-url";
import { currentSession } from "./current";
import { asSessionError, isSessionError, noSession } from "./errors";
import { refusal } from "./refusal";
import { meet, type Requirement } from "./requirement";
import { toSession } from "./session";
import { requestedPathHeader } from "./update-session";

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

/** What every guard is made of. @throws SessionError for each reason why there is no session that meets it */
async function sessionThatMeets(requirement: Requirement): Promise<Session> {
  const session = await getSession();
  if (!session) throw noSession((await currentSession()).status);
  await meet(session, requirement);
  return session;
}

/** The page that is asked for, to come back to; known where middleware passed it, else the dashboard. */
export const requestedPath = async (): Promise<string> =>
  safeCallbackUrl((await headers()).get(requestedPathHeader));

/** For pages: sends the browser to sign in and back. */
async function orSignIn<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isSessionError(error) || error.status !== 401) throw error;
    const path = await requestedPath();
    redirect(signInPath(path, error.code === "session_ended" ? "SessionEnded" : undefined));
  }
}

/**
 * For pages: the session, or a redirect to sign in and back. Await it at the top of every protected page; a layout is no
 * place for it, since layouts are not rendered anew on navigation.
 *
 * @param requirement what else is needed
 * @throws SessionError why a signed-in user may not, or nobody can tell; `protectedPage` draws it
 */
export const requireSession = (requirement: Requirement = {}): Promise<Session> =>
  orSignIn(sessionThatMeets(requirement));

/** For pages: the session of somebody who has this role at Logto. @see requireSession */
export const requireRole = (role: string): Promise<Session> => requireSession({ role });

/**
 * For pages: the session of somebody who holds this permission now.
 *
 * @param scope of an access token
 * @param target the API resource or the organization, or both, whose token it is
 * @see requireSession
 */
export const requirePermission = (scope: string, target: AccessTokenTarget): Promise<Session> =>
  requireSession({ permission: { scope, ...target } });

/** For pages: the session of a member of this organization, with this role in it where one is named. @see requireSession */
export const requireOrganization = (id: string, role?: string): Promise<Session> =>
  requireSession({ organization: { id, role } });

/**
 * For pages: an access token as getAccessToken gives it, or a redirect to sign in and back when the session is over.
 *
 * @throws SessionError for every other reason, for the page to show
 */
export const requireAccessToken = (target?: AccessTokenTarget): Promise<AccessToken> =>
  orSignIn(getAccessToken(target));

/**
 * For server actions: passes the session on, or throws; `error.tsx` then says why.
 *
 * @throws SessionError
 */
export function actionWithSession<Rest extends unknown[], Result>(
  action: (session: Session, ...rest: Rest) => Promise<Result>,
  requirement: Requirement = {},
): (...rest: Rest) => Promise<Result> {
  return async (...rest) => action(await sessionThatMeets(requirement), ...rest);
}

/**
 * For route handlers: passes the session on, or answers as `refusal` does; to be stored by no cache. So it does when the handler throws a SessionError,
 * for what only the handler can ask for.
 *
 * @param handler gets the session and whatever Next gives a route handler
 */
export function withSession<Rest extends unknown[]>(
  handler: (session: Session, ...rest: Rest) => Response | Promise<Response>,
  requirement: Requirement = {},
): (...rest: Rest) => Promise<Response> {
  return async (...rest) => {
    try {
      return privately(await handler(await sessionThatMeets(requirement), ...rest));
    } catch (error) {
      return refusal(asSessionError(error));
    }
  };
}

/** What is answered to one user is for no cache, unless the handler says so. */
function privately(response: Response): Response {
  if (response.headers.has("cache-control")) return response;
  const { body, status, statusText } = response;
  const headers = new Headers(response.headers);
  headers.set("cache-control", "private, no-store");
  return new Response(body, { status, statusText, headers });
}
