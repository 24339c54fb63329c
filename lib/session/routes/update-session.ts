import { NextRequest, NextResponse } from "next/server";
import { publicUrl } from "@/lib/app-url";
import { isDatabaseError } from "@/lib/database-error";
import { cookiesToWrite, noSessionError } from "../lifecycle/current-session";
import { renewSession } from "../lifecycle/renewal";
import { readSessionStatus, type SessionStatus } from "../lifecycle/session-status";
import { partialSignOutPrefix, safeCallbackUrl, signInPath } from "../model/callback-url";
import { errorResponse } from "../model/errors";
import { toTombstone, type Session } from "../model/session";
import { parseStateParameter } from "../model/state-parameter";
import {
  isSessionCookie,
  cookieRemovals,
  replaceCookies,
  sessionCookies,
  type SessionCookie,
} from "../stores/cookie";
import { sessionStore } from "../stores/current-store";
import type { Protection } from "./protected-paths";

/**
 * Request header with the path of the page, to which guards send the user back after a sign-in.
 * Middleware sets it; `requestedPath` validates it.
 */
export const requestedPathHeader = "x-requested-path";

const noStore = "private, no-store";
const pathAndQuery = ({ nextUrl }: NextRequest) => nextUrl.pathname + nextUrl.search;

/**
 * Another middleware, such as next-intl's, that responds to requests which pass.
 *
 * @param request with the session cookies and headers as changed here; without its body
 */
export type Respond = (request: NextRequest) => Response | Promise<Response>;

/**
 * The session part of middleware. With the cookie store it renews the session when that is due, so
 * that the page, handler or action of this request gets the new tokens, and writes the cookie if it
 * changed. On a protected path without a session it redirects to the sign-in page. With the row
 * store guards renew, so middleware reads the row only on a closed site.
 *
 * It authorizes no request: there are ways around middleware, so every guard checks as well.
 *
 * @param protection which paths need a session
 * @param respond another middleware for requests that pass: it redirects, rewrites, or returns
 *   `NextResponse.next()`. Its cookies, headers and changed request headers stay
 * @example return updateSession(request, protection, createIntlMiddleware(routing));
 */
export async function updateSession(
  request: NextRequest,
  protection: Protection,
  respond?: Respond,
): Promise<Response> {
  const returnPath = pageAfterSignOut(request);
  if (returnPath) return redirect(publicUrl(returnPath, request.headers));
  const result = await (sessionStore().isInCookie
    ? renewCookie(request, protection)
    : checkSession(request, protection));
  const response = result instanceof Response ? result : await passOn(request, result, respond);
  // Next.js marks pages that were rendered at build time as cacheable by every cache.
  if (protection.verdict(request) !== "pass") response.headers.set("cache-control", noStore);
  return response;
}

/**
 * The page to return to after a sign-out. Logto redirects to the start page, the only registered
 * one.
 */
function pageAfterSignOut({ nextUrl }: NextRequest): string | undefined {
  if (nextUrl.pathname !== "/") return undefined;
  const { state, path } = parseStateParameter(nextUrl.searchParams.get("state") ?? "");
  // The start page itself reports a partial sign-out.
  return path === undefined || state.startsWith(partialSignOutPrefix)
    ? undefined
    : safeCallbackUrl(path, undefined, "/");
}

/**
 * Session cookies to change: those in the browser, and those that the page of this request gets.
 */
interface Changes {
  inBrowser: SessionCookie[];
  inRequest: SessionCookie[];
}

const changes = (inBrowser: SessionCookie[] = [], inRequest = inBrowser): Changes => ({
  inBrowser,
  inRequest,
});

async function checkSession(
  request: NextRequest,
  protection: Protection,
): Promise<Response | Changes> {
  const cookies = request.cookies.getAll();
  if (protection.verdict(request) === "pass") return changes();
  if (!protection.isClosed && cookies.some(({ name }) => isSessionCookie(name))) return changes();
  try {
    const { status } = await readSessionStatus(cookies);
    return status === "active" ? changes() : respondSignedOut(request, protection, status);
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    return errorResponse({ code: "database_unavailable", status: 503 });
  }
}

async function renewCookie(
  request: NextRequest,
  protection: Protection,
): Promise<Response | Changes> {
  const cookies = request.cookies.getAll();
  const names = cookies.map(({ name }) => name);
  const read = await readSessionStatus(cookies);
  const status = read.status === "active" ? await renewSession(read.session) : read;
  if (status.status === "active") return changes(await cookiesToWrite(status.session, cookies));
  // Only for a navigation: the late response to a fetch could remove the cookie of a new sign-in.
  const removed = isNavigation(request) && read.status !== "foreign" ? cookieRemovals(names) : [];
  if (protection.verdict(request) !== "pass")
    return withCookies(respondSignedOut(request, protection, status.status), removed);
  if (read.status !== "active" || status.status !== "ended") return changes(removed);
  // The page may run in another process, which does not know that the session has ended.
  return changes(removed, await tombstone(read.session, names));
}

async function tombstone(session: Session, names: string[]): Promise<SessionCookie[]> {
  const value = await sessionStore().cookieFor(toTombstone(session), undefined);
  return value === undefined ? [] : sessionCookies(value, session.exp, names);
}

/** The response to a request without a session: a redirect to the sign-in page, or 401. */
function respondSignedOut(
  request: NextRequest,
  protection: Protection,
  status: SessionStatus["status"],
): NextResponse {
  // A fetch whose session has just ended gets 401. It would follow a redirect and take the sign-in
  // page for its result.
  const isRejected =
    protection.verdict(request) === "reject" || (status === "ended" && !isNavigation(request));
  if (isRejected) {
    const response = errorResponse(noSessionError(status));
    return new NextResponse(response.body, response);
  }
  const path = signInPath(pathAndQuery(request), signInErrorByStatus[status]);
  return redirect(publicUrl(protection.localeOf(request) + path, request.headers));
}

/** Error code for the sign-in page, by the status of the session. */
const signInErrorByStatus: Record<string, string> = {
  ended: "SessionEnded",
  unreadable: "SessionUnreadable",
};

/** Passes the request on to the page, handler or action, through `respond`. */
async function passOn(
  request: NextRequest,
  { inBrowser, inRequest }: Changes,
  respond?: Respond,
): Promise<Response> {
  const change = (before: Headers) => {
    const headers =
      inRequest.length > 0
        ? replaceCookies(before, isSessionCookie, inRequest)
        : new Headers(before);
    headers.set(requestedPathHeader, pathAndQuery(request));
    return headers;
  };
  const headers = change(request.headers);
  if (!respond) return withCookies(NextResponse.next({ request: { headers } }), inBrowser);
  const responded = await respond(withHeaders(request, headers));
  // A copy, because the headers of a redirect response are immutable.
  const response = new NextResponse(responded.body, responded);
  if (continues(response))
    overrideHeaders(response, change(overriddenHeaders(response) ?? headers));
  return withCookies(response, inBrowser);
}

/**
 * The same request with other headers, and without its body, which the route reads. It is built
 * from parts: Node.js 24 can't copy the proxy object that Next.js passes.
 */
function withHeaders({ nextUrl, method }: NextRequest, headers: Headers): NextRequest {
  return new NextRequest(nextUrl.href, {
    method,
    headers,
    nextConfig: { basePath: nextUrl.basePath },
  });
}

/*
 * Headers by which `NextResponse.next` and `NextResponse.rewrite` tell the Next.js server that the
 * request continues, and with which request headers.
 */
const overrideList = "x-middleware-override-headers";
const overridePrefix = "x-middleware-request-";

const continues = ({ headers }: Response) =>
  headers.has("x-middleware-next") || headers.has("x-middleware-rewrite");

/** The overridden request headers, if any. */
function overriddenHeaders({ headers }: Response): Headers | undefined {
  const names = headers.get(overrideList)?.split(",");
  if (!names) return undefined;
  return new Headers(
    names.map((name): [string, string] => [name, headers.get(overridePrefix + name) ?? ""]),
  );
}

function overrideHeaders(response: Response, headers: Headers): void {
  for (const name of [...response.headers.keys()])
    if (name.startsWith(overridePrefix)) response.headers.delete(name);
  for (const [name, value] of NextResponse.next({ request: { headers } }).headers)
    if (name === overrideList || name.startsWith(overridePrefix)) response.headers.set(name, value);
}

/** Appends to the existing cookies: `response.cookies.set` would write all of them again. */
function withCookies(response: NextResponse, cookies: SessionCookie[]): NextResponse {
  const own = new NextResponse();
  for (const { name, value, options } of cookies) own.cookies.set(name, value, options);
  for (const line of own.headers.getSetCookie()) response.headers.append("set-cookie", line);
  if (cookies.length > 0) response.headers.set("cache-control", noStore);
  return response;
}

function redirect(url: URL): NextResponse {
  const response = NextResponse.redirect(url);
  response.headers.set("cache-control", noStore);
  return response;
}

/** True for a page load (`Sec-Fetch-Mode: navigate`; older browsers: `Accept: text/html`). */
function isNavigation(request: NextRequest): boolean {
  const mode = request.headers.get("sec-fetch-mode");
  return mode ? mode === "navigate" : (request.headers.get("accept") ?? "").includes("text/html");
}
