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
import { asSessionError, errorResponse } from "../model/errors";
import type { Session } from "../model/session";
import { parseState, addPath } from "../model/state-parameter";
import {
  isSessionCookie,
  expiredCookies,
  sessionCookieName,
  replaceCookies,
} from "../stores/cookie";
import { isSameOrigin } from "./same-origin";
import { signOut } from "./sign-out";

type AuthRequest = Parameters<typeof handlers.GET>[0];

/**
 * Auth.js's routes, to which the forms for signing in and out send too. Auth.js signs in; what
 * becomes of sessions is ours. So it never gets to see a session cookie, and never waits for a
 * store, except to begin a session. Nor does it keep the page to come back to: that travels in
 * `state`.
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

/** Has Auth.js answer a request at the address that browsers know, without its session. */
async function callAuthjs(
  request: AuthRequest,
  url: URL,
): Promise<{ response: NextResponse; context: SignInContext }> {
  const { method } = request;
  // From its parts: Next hands over a proxy of the request, which Node.js 24 refuses to copy.
  const bareRequest = new NextRequest(url, {
    method,
    headers: withoutSession(request),
    ...(method === "POST" && { body: await request.text() }),
  });
  const context = signInContext(bareRequest);
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

/** Auth.js's cookie with the page to come back to: of whichever tab began its sign-in last. */
const isCallbackUrlCookie = (name = "") => name.endsWith("authjs.callback-url");

/** Auth.js takes whatever begins with the session cookie's name for a chunk of it. */
const withoutSession = ({ headers }: AuthRequest): Headers =>
  replaceCookies(
    headers,
    (name) => name.startsWith(sessionCookieName()) || isCallbackUrlCookie(name),
  );

/**
 * What `useSession` asks for. Auth.js would write the cookie anew on each look, and of parallel
 * requests the last would win, with old tokens; and it would call an outage of the database "signed
 * out". What `update` sends is ignored.
 */
async function respondWithSession(): Promise<Response> {
  try {
    return Response.json(await getSession(), { headers: { "cache-control": "private, no-store" } });
  } catch (error) {
    return errorResponse(asSessionError(error));
  }
}

/**
 * Sends the browser to Logto, with the page to come back to in `state`. On another host than
 * AUTH_URL's it has to sign in there: that host will get Logto's answer, and needs the cookies that
 * go with it.
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
  if (state) destination.searchParams.set("state", addPath(state, callbackUrl));
  return redirectTo(response, destination.href);
}

/**
 * Says what failed on the sign-in page, to which Auth.js leads with little more than
 * "Configuration".
 */
async function redirectWithError(
  response: Response,
  { error }: SignInContext,
  home: URL,
  callbackUrl = defaultCallbackUrl,
): Promise<Response> {
  if (!error || (await redirectTarget(response)) === undefined) return response;
  return redirectTo(response, new URL(signInPath(callbackUrl, toSignInError(error)), home).href);
}

const forScripts = z.object({ url: z.string() });

/** Where an answer of Auth.js sends the browser: a script is told in JSON. */
async function redirectTarget(response: Response): Promise<string | undefined> {
  const location = response.headers.get("location");
  if (location || !isJson(response)) return location ?? undefined;
  return forScripts.safeParse(await response.clone().json()).data?.url;
}

const isJson = ({ headers }: Response) => headers.get("content-type")?.includes("json");

/** The same answer, with its cookies, which leads elsewhere. */
function redirectTo(response: Response, url: string): NextResponse {
  const headers = new Headers(response.headers);
  if (!isJson(response)) headers.set("location", url);
  else headers.delete("location");
  const body = isJson(response) ? JSON.stringify({ url }) : null;
  return new NextResponse(body, { status: response.status, headers });
}

/**
 * Has Auth.js sign in, and sends the browser to the page that it wanted. A session that the sign-in
 * replaces has ended, and so has its grant, unless Logto gave both the same one.
 */
async function finishSignIn(request: AuthRequest, url: URL): Promise<Response> {
  const cookies = request.cookies.getAll();
  const { state, path } = parseState(url.searchParams.get("state") ?? "");
  if (path !== undefined) url.searchParams.set("state", state);
  const callbackUrl = safeCallbackUrl(path);
  const replaced = await readSessionStatus(cookies).catch(() => undefined);
  const before = replaced?.status === "active" ? replaced.session : undefined;
  const { response, context } = await callAuthjs(request, url);
  const written = response.cookies.getAll().map(({ name }) => name);
  if (!written.some(isSessionCookie)) {
    // In an outage of the database nobody can say whether it is that of the session that stays.
    if (replaced) await revokeUnusedGrant(context, before);
    // Another tab has signed in meanwhile, or this address was opened before.
    const isDone = before && context.error && toSignInError(context.error) === "InvalidCheck";
    return isDone
      ? redirectTo(response, new URL(callbackUrl, url).href)
      : redirectWithError(response, context, url, callbackUrl);
  }
  if (before) {
    // For the same user in the same browser Logto goes on with the grant that it has: revoking it
    // would end the new session.
    const keepGrant = context.grant?.subject === before.subject;
    await endSession(before, "signed out", { keepGrant }).catch(
      logOutage("a replaced session's row is left"),
    );
  }
  const completed = redirectTo(response, new URL(callbackUrl, url).href);
  // Chunks of the old cookie, which Auth.js could not know of.
  const leftover = cookies.map(({ name }) => name).filter((name) => !written.includes(name));
  for (const { name, value, options } of expiredCookies(leftover))
    completed.cookies.set(name, value, options);
  return completed;
}

/**
 * A sign-in that was refused after Logto had agreed leaves no grant behind, unless it is that of
 * the session that stays.
 */
async function revokeUnusedGrant(
  { grant }: SignInContext,
  before: Session | undefined,
): Promise<void> {
  if (!grant?.refreshToken || grant.subject === before?.subject) return;
  try {
    await revokeGrant(logtoClient(), grant.refreshToken);
  } catch (error) {
    log.warn("a refused sign-in's grant could not be revoked", {
      reason: toLogtoError(error).message,
    });
  }
}
