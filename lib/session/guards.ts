import "server-only";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { log } from "@/lib/log";
import { getAccessToken } from "./access-token";
import {
  currentSession,
  currentStatus,
  getSession,
  noSessionError,
} from "./lifecycle/current-session";
import { freshSession } from "./lifecycle/fresh-session";
import { safeCallbackUrl, signInPath } from "./model/callback-url";
import { isSignedOut } from "./model/error-messages";
import { asSessionError, errorResponse, SessionError } from "./model/errors";
import type { PublicSession } from "./model/public-session";
import type { Requirement } from "./model/requirement";
import { checkStepUp, requiresStepUp } from "./model/step-up";
import { requestedPathHeader } from "./routes/update-session";
import { joinChunks } from "./stores/cookie";

/*
 * Guards check the session next to the data that they protect. There is one for each kind of code,
 * and all take the same requirement: `protectedPage` (components/session/protected-page.tsx),
 * `withSession` for route handlers, `actionWithSession` for server actions. Middleware is never the
 * only check of a page, handler or action. Read lib/session/lifecycle/renewal.ts next.
 *
 * What happens to a request that a guard stops:
 *
 * | | page | handler | action |
 * | --- | --- | --- | --- |
 * | signed out | 307 to the sign-in page | 401 | throws `signed_out` |
 * | grant rejected | same, with "Your session has ended" | 401 | throws `session_ended` |
 * | not allowed | says so at the same address | 403 | throws `not_allowed` |
 * | not a member | says so at the same address | 403 | throws `not_a_member` |
 * | signed in too long ago | offers to sign in again | 401 | throws `sign_in_again` |
 * | signed in too weakly | offers to sign in again | 401 | throws `stronger_sign_in_needed` |
 * | database down (row store) | offers to try again | 503 | throws `database_unavailable` |
 * | Logto down, new token needed | offers to try again | 503 | throws `provider_unavailable` |
 *
 * While Logto is down, guards still accept a session, with its last claims. Only a permission, or
 * other code that needs a new token, fails.
 */

/**
 * Returns the session of the current request if it meets the requirement.
 *
 * Roles and memberships are claims. A role that was taken away at Logto still counts until the next
 * renewal: at most the lifetime of an access token, or longer while Logto is down. Permissions are
 * scopes of an access token: Logto grants those that the user had at sign-in and still has
 * (logto-facts "Tokens").
 *
 * With `fresh`, Logto is asked first. A role that was taken away then counts no more, and while
 * Logto is down the guard fails.
 *
 * @throws SessionError `signed_out`, `session_ended`, `not_allowed` or `not_a_member`; what `auth`
 *   throws; if a permission is required, what getAccessToken throws; what checkStepUp throws
 */
export async function requireSession(requirement: Requirement = {}): Promise<PublicSession> {
  const session = requirement.fresh ? await freshSession() : await getSession();
  if (!session) throw noSessionError((await currentStatus()).status);
  await checkRequirement(session, requirement);
  if (requiresStepUp(requirement)) checkStepUp(await currentSession(), requirement);
  return session;
}

async function checkRequirement(
  { user: { roles, organizations, organizationRoles } }: PublicSession,
  requirement: Requirement,
): Promise<void> {
  const { role, organization, permission } = requirement;
  if (role !== undefined && !roles.includes(role)) throw lacks(`the role ${role}`);
  if (organization) {
    const { id, role: organizationRole } = organization;
    if (!organizations.includes(id))
      throw new SessionError("not_a_member", `this needs membership of the organization ${id}`);
    if (organizationRole !== undefined && !organizationRoles.includes(`${id}:${organizationRole}`))
      throw lacks(`the role ${organizationRole} in the organization ${id}`);
  }
  if (permission) {
    const { scope, ...target } = permission;
    const { scopes } = await getAccessToken({ ...target, fresh: requirement.fresh });
    if (!scopes.includes(scope)) throw lacks(`the permission ${scope}`);
  }
}

const lacks = (what: string) => new SessionError("not_allowed", `this needs ${what}`);

/**
 * Path of the current page, to return to after a sign-in. Middleware passes it in a header; without
 * middleware it is the dashboard.
 */
export const requestedPath = async (): Promise<string> =>
  safeCallbackUrl((await headers()).get(requestedPathHeader));

/**
 * For `catch` in a page or a part of one: redirects to the sign-in page if the session is over, and
 * returns any other SessionError, to be shown. In a part that is streamed later, Next.js redirects
 * with a meta element or its router.
 *
 * @throws the error itself, unless it is a SessionError
 * @example const userinfo = await getUserinfo().catch(redirectIfSignedOut);
 */
export async function redirectIfSignedOut(thrown: unknown): Promise<SessionError> {
  const error = asSessionError(thrown);
  if (!isSignedOut(error.code)) return error;
  const reason = error.code === "session_ended" ? "SessionEnded" : undefined;
  redirect(signInPath(await requestedPath(), reason));
}

/**
 * Guards a server action. It gets the session, or the call throws.
 *
 * @example
 * export const deleteNote = actionWithSession(async (session, form: FormData) => { … }, {
 *   role: "admin",
 * });
 * @throws SessionError, which `error.tsx` shows by its digest
 */
export function actionWithSession<Rest extends unknown[], Result>(
  action: (session: PublicSession, ...rest: Rest) => Promise<Result>,
  requirement: Requirement = {},
): (...rest: Rest) => Promise<Result> {
  return async (...rest) => action(await requireSession(requirement), ...rest);
}

/**
 * For the action of a form: turns a SessionError into a redirect to the form's page, with the code
 * in `?error=`, where `PageError` shows it. (If the session is over, without the code: the page's
 * guard then redirects to the sign-in page.) If the action threw instead, a browser without
 * JavaScript would show an empty page.
 *
 * @param page path of the form's page
 * @example
 * export const endSession = redirectOnError(
 *   "/settings",
 *   actionWithSession(async (session, form: FormData) => { … }),
 * );
 */
export function redirectOnError<Rest extends unknown[]>(
  page: string,
  action: (...rest: Rest) => Promise<void>,
): (...rest: Rest) => Promise<void> {
  return (...rest) =>
    action(...rest).catch((error: unknown) => {
      const { code } = asSessionError(error);
      redirect(isSignedOut(code) ? page : `${page}?error=${code}`);
    });
}

/**
 * Guards a route handler. It gets the session and the arguments of Next.js. If the guard or the
 * handler throws a SessionError, the response is that of `errorResponse`.
 *
 * @example
 * export const GET = withSession(({ user }) => Response.json({ roles: user.roles }), {
 *   role: "admin",
 * });
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
        log.error("request failed", { code: error.code, reason: error.message });
      return errorResponse(error);
    }
  };
}

const currentCookie = async () => joinChunks((await cookies()).getAll());

/**
 * Marks a response for one user as private, because a shared cache would give it to others. A
 * handler may let the browser cache it (`private, max-age=60`), unless it sets the session cookie.
 *
 * @param setsCookie whether the response sets the session cookie
 */
function withoutSharedCaching(response: Response, setsCookie: boolean): Response {
  const cacheControl = response.headers.get("cache-control") ?? "";
  const isPrivate = setsCookie ? /\bno-store\b/i : /\b(private|no-store)\b/i;
  if (isPrivate.test(cacheControl)) return response;
  const { body, status, statusText } = response;
  const headers = new Headers(response.headers);
  headers.set("cache-control", "private, no-store");
  return new Response(body, { status, statusText, headers });
}
