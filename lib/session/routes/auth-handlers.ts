import { NextRequest, NextResponse } from "next/server";
import { z } from "zod";
import { handlers } from "@/auth";
import { publicUrl } from "@/lib/app-url";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { revokeGrant } from "@/lib/logto/tokens";
import { toSignInError } from "../authjs/errors";
import { signInContext, type SignInContext } from "../authjs/sign-in-context";
import { getSession } from "../lifecycle/current-session";
import { endSession, logOutage } from "../lifecycle/ending";
import { logtoClient } from "../lifecycle/logto-client";
import { readSessionStatus } from "../lifecycle/session-status";
import { authPath, defaultCallbackUrl, safeCallbackUrl, signInPath } from "../model/callback-url";
import type { SignInErrorCode } from "../model/error-messages";
import { asSessionError, errorResponse } from "../model/errors";
import type { Session } from "../model/session";
import { parseSignInParameters } from "../model/sign-in-parameters";
import { parseStateParameter, addPathToState } from "../model/state-parameter";
import {
  isSessionCookie,
  cookieRemovals,
  sessionCookieName,
  replaceCookies,
} from "../stores/cookie";
import { isSameOrigin } from "./same-origin";
import { signOut } from "./sign-out";

type AuthRequest = Parameters<typeof handlers.GET>[0];

/**
 * Serves /api/auth. Auth.js signs users in; reading, ending and returning sessions is ours. So
 * Auth.js never gets a session cookie, and waits for a store only to begin a session. The page to
 * return to travels in `state`, not in a cookie of Auth.js.
 */
export async function handleAuthRequest(request: AuthRequest): Promise<Response> {
  const { pathname, search } = request.nextUrl;
  const url = publicUrl(pathname + search, request.headers);
  const isPost = request.method === "POST";
  if (pathname.startsWith(`${authPath}/callback/`)) return finishSignIn(request, url);
  if (pathname === `${authPath}/session` && !isPost) return respondWithSession();
  const { response, context } = await callAuthjs(request, url);
  if (isPost && pathname.startsWith(`${authPath}/signin`))
    return beginSignIn(request, response, context);
  if (context.error) return redirectWithError(response, context, url);
  if (isPost && pathname === `${authPath}/session`) return respondWithSession();
  if (isPost && pathname === `${authPath}/signout`) {
    const path = safeCallbackUrl(context.callbackUrl, url.origin, "/");
    return redirectTo(response, await signOut(path));
  }
  return response;
}

/**
 * Passes a request to Auth.js, with the URL that browsers use and without its session. Auth.js
 * would copy the query of a sign-in into the authorization request, `scope` and `redirect_uri`
 * included. So it gets none, but the parameters that are allowed.
 */
async function callAuthjs(
  request: AuthRequest,
  url: URL,
): Promise<{ response: NextResponse; context: SignInContext }> {
  const { method } = request;
  const body = method === "POST" ? await request.text() : null;
  const isSignIn = body !== null && url.pathname.startsWith(`${authPath}/signin`);
  const address = new URL(isSignIn ? url.pathname : url, url);
  // Built from parts: Node.js 24 can't copy the proxy object that Next.js passes.
  const bareRequest = new NextRequest(address, { method, headers: withoutSession(request), body });
  const context = signInContext(bareRequest);
  if (isSignIn) Object.assign(context, signInParameters(request, url, body));
  context.isSameOrigin = isSameOrigin(request);
  const authResponse = await (method === "GET"
    ? handlers.GET(bareRequest)
    : handlers.POST(bareRequest));
  const written = authResponse.headers
    .getSetCookie()
    .filter((line) => !isCallbackUrlCookie(line.split("=")[0]));
  const headers = new Headers(authResponse.headers);
  headers.delete("set-cookie");
  for (const line of written) headers.append("set-cookie", line);
  const response = new NextResponse(authResponse.body, { status: authResponse.status, headers });
  return { response, context };
}

/** The parameters in a sign-in's query and form. Of those with one name the last one counts. */
function signInParameters({ headers }: Request, { searchParams }: URL, body: string) {
  const isForm = headers.get("content-type")?.includes("application/x-www-form-urlencoded");
  const form = new URLSearchParams(isForm ? body : "");
  // Auth.js reads these itself.
  for (const name of ["callbackUrl", "csrfToken"]) form.delete(name);
  return parseSignInParameters(Object.fromEntries([...searchParams, ...form]));
}

/**
 * Auth.js's cookie with the page to return to. With several tabs it is that of the last sign-in to
 * begin.
 */
const isCallbackUrlCookie = (name = "") => name.endsWith("authjs.callback-url");

/** Auth.js takes every cookie whose name begins with that of the session cookie for a chunk. */
const withoutSession = ({ headers }: AuthRequest): Headers =>
  replaceCookies(
    headers,
    (name) => name.startsWith(sessionCookieName()) || isCallbackUrlCookie(name),
  );

/**
 * Responds to `useSession`. Auth.js would write the cookie again at each call, so that the last of
 * several parallel requests could bring old tokens back, and would report an outage of the database
 * as "signed out". Data that `update` sends is ignored.
 */
async function respondWithSession(): Promise<Response> {
  try {
    return Response.json(await getSession(), { headers: { "cache-control": "private, no-store" } });
  } catch (error) {
    return errorResponse(asSessionError(error));
  }
}

/**
 * Sends the browser to Logto, with the page to return to in `state`. If the browser is not on the
 * host of AUTH_URL, it is sent to the sign-in page there first: Logto redirects to that host, and
 * the cookies of the sign-in must be there.
 *
 * @param response of Auth.js
 */
async function beginSignIn(
  request: AuthRequest,
  response: NextResponse,
  context: SignInContext,
): Promise<Response> {
  const home = publicUrl("/", request.headers);
  const origin = request.headers.get("origin");
  const isOnAnotherHost =
    env().AUTH_URL && context.isSameOrigin && origin && origin !== home.origin;
  const callbackUrl = safeCallbackUrl(
    context.callbackUrl?.replace(isOnAnotherHost ? origin : "", ""),
    home.origin,
  );
  if (isOnAnotherHost) return redirectTo(response, new URL(signInPath(callbackUrl), home).href);
  if (context.error) return redirectWithError(response, context, home, callbackUrl);
  const destination = new URL((await redirectTarget(response)) ?? "/", home);
  const state = destination.searchParams.get("state");
  if (state) destination.searchParams.set("state", addPathToState(state, callbackUrl));
  return redirectTo(response, destination.href);
}

/** Redirects to the sign-in page with an exact error code, in place of Auth.js's general ones. */
async function redirectWithError(
  response: Response,
  context: SignInContext,
  home: URL,
  callbackUrl = defaultCallbackUrl,
): Promise<Response> {
  const { error } = context;
  if (!error || (await redirectTarget(response)) === undefined) return response;
  const withCode = (code: SignInErrorCode) =>
    redirectTo(response, new URL(signInPath(callbackUrl, code), home).href);
  if (isUnmet(context)) return withCode("StepUpFailed");
  return withCode(toSignInError(error));
}

/** Whether the user could not authenticate in the way that a guard requires (step-up.ts). */
const isUnmet = ({ logtoError = "" }: SignInContext) =>
  logtoError.startsWith("unmet_authentication_requirements");

const forScripts = z.object({ url: z.string() });

/** Where Auth.js's response redirects to. For scripts it is in the JSON body. */
async function redirectTarget(response: Response): Promise<string | undefined> {
  const location = response.headers.get("location");
  if (location || !isJson(response)) return location ?? undefined;
  return forScripts.safeParse(await response.clone().json()).data?.url;
}

const isJson = ({ headers }: Response) => headers.get("content-type")?.includes("json");

/** The same response, with its cookies, redirecting to another URL. */
function redirectTo(response: Response, url: string): NextResponse {
  const headers = new Headers(response.headers);
  if (!isJson(response)) headers.set("location", url);
  else headers.delete("location");
  const body = isJson(response) ? JSON.stringify({ url }) : null;
  return new NextResponse(body, { status: response.status, headers });
}

/**
 * Completes a sign-in and redirects to the page that it was for. A session that this browser had
 * before is ended. Its grant is revoked, unless Logto issued the same grant to the new session.
 */
async function finishSignIn(request: AuthRequest, url: URL): Promise<Response> {
  const cookies = request.cookies.getAll();
  const { state, path } = parseStateParameter(url.searchParams.get("state") ?? "");
  if (path !== undefined) url.searchParams.set("state", state);
  const callbackUrl = safeCallbackUrl(path);
  const replaced = await readSessionStatus(cookies).catch(() => undefined);
  const before = replaced?.status === "active" ? replaced.session : undefined;
  const { response, context } = await callAuthjs(request, url);
  const written = response.cookies.getAll().map(({ name }) => name);
  if (!written.some(isSessionCookie)) {
    // In an outage of the database it is unknown whether the existing session uses this grant.
    if (replaced) await revokeUnusedGrant(context, before);
    // Another tab has signed in, or this URL was opened before.
    const isDone = before && context.error && toSignInError(context.error) === "InvalidCheck";
    return isDone
      ? redirectTo(response, new URL(callbackUrl, url).href)
      : redirectWithError(response, context, url, callbackUrl);
  }
  if (before) {
    // Logto gives all sessions of a user in one browser the same grant: revoking it would end the
    // new session.
    const keepGrant = context.grant?.subject === before.subject;
    await endSession(before, "signed out", { keepGrant }).catch(
      logOutage("row of a replaced session could not be deleted"),
    );
  }
  const completed = redirectTo(response, new URL(callbackUrl, url).href);
  // Chunks of the old cookie, which Auth.js has not seen.
  const leftover = cookies.map(({ name }) => name).filter((name) => !written.includes(name));
  for (const { name, value, options } of cookieRemovals(leftover))
    completed.cookies.set(name, value, options);
  return completed;
}

/**
 * Revokes the grant of a sign-in that failed after Logto had issued it, unless the session that
 * stays uses it.
 */
async function revokeUnusedGrant(
  { grant }: SignInContext,
  before: Session | undefined,
): Promise<void> {
  if (!grant?.refreshToken || grant.subject === before?.subject) return;
  try {
    await revokeGrant(logtoClient(), grant.refreshToken);
  } catch (error) {
    log.warn("grant of a failed sign-in could not be revoked", {
      reason: toLogtoError(error).message,
    });
  }
}
