import "server-only";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { log } from "@/lib/log";
import { getAccessToken } from "./access-token";
import { currentStatus, getSession, noSessionError } from "./lifecycle/current-session";
import { safeCallbackUrl, signInPath } from "./model/callback-url";
import { asSessionError, errorResponse, SessionError } from "./model/errors";
import type { PublicSession } from "./model/public-session";
import type { Requirement } from "./model/requirement";
import { requestedPathHeader } from "./routes/update-session";
import { joinChunks } from "./stores/cookie";

/*
 * Guards: each stands beside what it protects, and takes the same requirement. A page:
 * `protectedPage` of components/session/protected-page.tsx. A handler: `withSession`. An action:
 * `actionWithSession`. Middleware is never the only check.
 *
 * What somebody sees who may not pass: signed out, a page redirects (307) to sign in and back, a
 * handler answers 401, an action throws. Not allowed: the page says so, 403. The grant was refused:
 * as signed out, and the sign-in page says "Your session has ended". Logto or the database is down
 * and the session can't be told: the page says so and offers to try again, 503. Logto alone is
 * down: nothing, as long as the access token is good.
 *
 * Read lifecycle/renewal.ts next.
 */

/**
 * The session of the current request, if it meets the requirement. Roles and memberships are
 * claims: one that was taken away at Logto still passes until the next renewal, within an access
 * token's life. Permissions are scopes of an access token: of those that were held at sign-in, the
 * ones that are held now (logto-facts "Tokens").
 *
 * @throws SessionError `signed_out`, `session_ended`, `not_allowed`, `not_a_member`; as `auth`
 *   does, or for a permission why there is no access token: nothing fails open
 */
export async function requireSession(requirement: Requirement = {}): Promise<PublicSession> {
  const session = await getSession();
  if (!session) throw noSessionError((await currentStatus()).status);
  const { role, organization, permission } = requirement;
  const { roles, organizations, organizationRoles } = session.user;
  if (role !== undefined && !roles.includes(role)) throw lacks(`the role ${role}`);
  if (organization) {
    const { id, role: roleThere } = organization;
    if (!organizations.includes(id))
      throw new SessionError("not_a_member", `this needs membership of the organization ${id}`);
    if (roleThere !== undefined && !organizationRoles.includes(`${id}:${roleThere}`))
      throw lacks(`the role ${roleThere} in the organization ${id}`);
  }
  if (permission) {
    const { scope, ...target } = permission;
    if (!(await getAccessToken(target)).scopes.includes(scope))
      throw lacks(`the permission ${scope}`);
  }
  return session;
}

const lacks = (what: string) => new SessionError("not_allowed", `this needs ${what}`);

/**
 * The page that is asked for, to come back to. Middleware tells it; without that it is the
 * dashboard.
 */
export const requestedPath = async (): Promise<string> =>
  safeCallbackUrl((await headers()).get(requestedPathHeader));

/**
 * For `catch` in a page or a part of one: redirects to the sign-in page where the session is over,
 * and returns any other SessionError to be shown. In a part that is streamed after the page Next.js
 * redirects with a meta element or its router.
 *
 * @throws the error itself, unless it is a SessionError
 * @example const userinfo = await getUserinfo().catch(redirectIfSignedOut);
 */
export async function redirectIfSignedOut(thrown: unknown): Promise<SessionError> {
  const error = asSessionError(thrown);
  if (error.status !== 401) return error;
  const reason = error.code === "session_ended" ? "SessionEnded" : undefined;
  redirect(signInPath(await requestedPath(), reason));
}

/**
 * For server actions: passes the session on, or throws. `error.tsx` says why, by the error's
 * digest.
 *
 * @example export const deleteNote = actionWithSession(async (session, form: FormData) => { … }, {
 *   role: "admin" });
 * @throws SessionError
 */
export function actionWithSession<Rest extends unknown[], Result>(
  action: (session: PublicSession, ...rest: Rest) => Promise<Result>,
  requirement: Requirement = {},
): (...rest: Rest) => Promise<Result> {
  return async (...rest) => action(await requireSession(requirement), ...rest);
}

/**
 * For server actions of a page's forms: turns a SessionError into a redirect to the page, with the
 * error's code in `?error=` for the page to explain. Without JavaScript in the browser, an error
 * that an action throws is an empty page.
 *
 * @param page its path
 * @example export const endSession = redirectOnError("/account/sessions", actionWithSession(async
 *   (session, form) => { … }));
 */
export function redirectOnError<Rest extends unknown[]>(
  page: string,
  action: (...rest: Rest) => Promise<void>,
): (...rest: Rest) => Promise<void> {
  return (...rest) =>
    action(...rest).catch((error: unknown) => {
      const { code, status } = asSessionError(error);
      redirect(status === 401 ? page : `${page}?error=${code}`);
    });
}

/**
 * For route handlers: passes the session on, or answers as `errorResponse` does; also where the
 * handler throws a SessionError, for what only the handler can ask for.
 *
 * @param handler gets the session and whatever Next gives a route handler
 * @example export const GET = withSession(({ user }) => Response.json({ roles: user.roles }), {
 *   role: "admin" });
 */
export function withSession<Rest extends unknown[]>(
  handler: (session: PublicSession, ...rest: Rest) => Response | Promise<Response>,
  requirement: Requirement = {},
): (...rest: Rest) => Promise<Response> {
  return async (...rest) => {
    try {
      const before = await currentCookie();
      const response = await handler(await requireSession(requirement), ...rest);
      return withoutSharedCaching(response, (await currentCookie()) !== before);
    } catch (thrown) {
      const error = asSessionError(thrown);
      if (error.status === 500)
        log.error("a request could not be served", { code: error.code, reason: error.message });
      return errorResponse(error);
    }
  };
}

const currentCookie = async () => joinChunks((await cookies()).getAll());

/**
 * Keeps an answer to one user out of caches: a shared one would give it to everybody, whatever the
 * guard says. The handler may let the browser keep it (`private, max-age=60`), unless it comes with
 * a session cookie.
 *
 * @param hasCookie whether the session cookie is written with it
 */
function withoutSharedCaching(response: Response, hasCookie: boolean): Response {
  const said = response.headers.get("cache-control") ?? "";
  if (!hasCookie && /\b(private|no-store)\b/i.test(said)) return response;
  const { body, status, statusText } = response;
  const headers = new Headers(response.headers);
  headers.set("cache-control", "private, no-store");
  return new Response(body, { status, statusText, headers });
}
