import { NextRequest, NextResponse } from "next/server";
import { publicUrl } from "@/lib/app-url";
import { isDatabaseError } from "@/lib/database-error";
import { cookiesToWrite, noSessionError } from "../lifecycle/current-session";
import { renewSession } from "../lifecycle/renewal";
import { readSessionStatus, type SessionStatus } from "../lifecycle/session-status";
import { partialSignOut, safeCallbackUrl, signInPath } from "../model/callback-url";
import { errorResponse } from "../model/errors";
import { toTombstone, type Session } from "../model/session";
import { parseState } from "../model/state-parameter";
import {
  isSessionCookie,
  expiredCookies,
  replaceCookies,
  sessionCookies,
  type SessionCookie,
} from "../stores/cookie";
import { sessionStore, usesRowStore } from "../stores/current-store";
import type { Protection } from "./protected-paths";

/**
 * Request header by which a guard learns which page to come back to. Middleware sets it; a guard
 * checks it again.
 */
export const requestedPathHeader = "x-requested-path";

const noStore = "private, no-store";
const pathAndQuery = ({ nextUrl }: NextRequest) => nextUrl.pathname + nextUrl.search;

/**
 * What answers a request that `updateSession` lets pass: another middleware, such as next-intl's.
 *
 * @param request with the session cookies and other headers that it has from here on; without its
 *   body
 */
export type Respond = (request: NextRequest) => Response | Promise<Response>;

/**
 * What middleware does for a request: renews its session ahead of expiry, so that this same
 * request's page, handler and action see the new tokens already; writes the cookie only when it
 * changed; and sends visitors of protected pages away who have no session. Where sessions are rows
 * it looks the row up on a closed site only: elsewhere every guard does. It authorizes nobody:
 * there are ways around middleware, and every guard checks for itself.
 *
 * @param protection tells what is for signed-in people only
 * @param respond another middleware, which answers what passes: with a redirect, a rewrite, or
 *   `NextResponse.next()`. Its cookies and headers stay, and so do the request headers that it
 *   changes; it need not pass on those that changed here
 * @example return updateSession(request, protection, createIntlMiddleware(routing));
 */
export async function updateSession(
  request: NextRequest,
  protection: Protection,
  respond?: Respond,
): Promise<Response> {
  const wanted = pageAfterSignOut(request);
  if (wanted) return redirect(publicUrl(wanted, request.headers));
  const found = await (usesRowStore()
    ? checkRow(request, protection)
    : renewCookie(request, protection));
  const response = found instanceof Response ? found : await passOn(request, found, respond);
  // Of a page that was rendered at build time Next.js says that any cache may keep it, and give it
  // to anybody.
  if (protection.verdict(request) !== "let through") response.headers.set("cache-control", noStore);
  return response;
}

/**
 * The page that was wanted after a sign-out. Logto sends every browser to the start page, the only
 * one that it knows of.
 */
function pageAfterSignOut({ nextUrl }: NextRequest): string | undefined {
  if (nextUrl.pathname !== "/") return undefined;
  const { state, path } = parseState(nextUrl.searchParams.get("state") ?? "");
  // That a sign-out was done by half is said on the start page.
  return path === undefined || state.startsWith(partialSignOut)
    ? undefined
    : safeCallbackUrl(path, undefined, "/");
}

/**
 * What a request that passes changes: session cookies in the browser, and those that it has itself
 * from here on.
 */
interface Changes {
  inBrowser: SessionCookie[];
  inRequest: SessionCookie[];
}

const changes = (written: SessionCookie[] = [], seen = written): Changes => ({
  inBrowser: written,
  inRequest: seen,
});

async function checkRow(request: NextRequest, protection: Protection): Promise<Response | Changes> {
  const cookies = request.cookies.getAll();
  if (protection.verdict(request) === "let through") return changes();
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
  // Only by a navigation: a fetch's late answer would remove the cookie of a sign-in that was
  // completed meanwhile.
  const removed = isNavigation(request) && read.status !== "foreign" ? expiredCookies(names) : [];
  if (protection.verdict(request) !== "let through")
    return withCookies(respondSignedOut(request, protection, status.status), removed);
  if (read.status !== "active" || status.status !== "ended") return changes(removed);
  // What runs behind middleware may be another process, which has not heard of the end.
  return changes(removed, await tombstone(read.session, names));
}

async function tombstone(session: Session, names: string[]): Promise<SessionCookie[]> {
  const value = await sessionStore().cookieFor(toTombstone(session), undefined);
  return value === undefined ? [] : sessionCookies(value, session.exp, names);
}

/** What somebody gets who has no session. */
function respondSignedOut(
  request: NextRequest,
  protection: Protection,
  status: SessionStatus["status"],
): NextResponse {
  // A fetch that follows a redirect would show the sign-in page in place of what it asked for.
  const isRefused =
    protection.verdict(request) === "refuse" || (status === "ended" && !isNavigation(request));
  const signIn =
    protection.localeOf(request) + signInPath(pathAndQuery(request), signInErrors[status]);
  if (!isRefused) return redirect(publicUrl(signIn, request.headers));
  const refused = errorResponse(noSessionError(status));
  return new NextResponse(refused.body, refused);
}

/** Why there is no session, as the sign-in page explains it. */
const signInErrors: Record<string, string> = {
  ended: "SessionEnded",
  unreadable: "SessionUnreadable",
};

/** Goes on to the page, handler or action, by way of `respond`. */
async function passOn(
  request: NextRequest,
  { inBrowser: written, inRequest: seen }: Changes,
  respond?: Respond,
): Promise<Response> {
  const change = (before: Headers) => {
    const headers =
      seen.length > 0 ? replaceCookies(before, isSessionCookie, seen) : new Headers(before);
    headers.set(requestedPathHeader, pathAndQuery(request));
    return headers;
  };
  const headers = change(request.headers);
  if (!respond) return withCookies(NextResponse.next({ request: { headers } }), written);
  const answer = await respond(withHeaders(request, headers));
  // A copy: the headers of a redirect can't be changed.
  const response = new NextResponse(answer.body, answer);
  if (continues(response))
    overrideHeaders(response, change(overriddenHeaders(response) ?? headers));
  return withCookies(response, written);
}

/**
 * The same request with other headers, without its body, which is the route's. From its parts:
 * Node.js 24 refuses to copy Next's proxy of a request.
 */
function withHeaders({ nextUrl, method }: NextRequest, headers: Headers): NextRequest {
  return new NextRequest(nextUrl.href, {
    method,
    headers,
    nextConfig: { basePath: nextUrl.basePath },
  });
}

/*
 * What `NextResponse.next` and `NextResponse.rewrite` say to Next's server, in headers: that the
 * request goes on, and with which headers in place of its own.
 */
const overrideList = "x-middleware-override-headers";
const overridePrefix = "x-middleware-request-";

const continues = ({ headers }: Response) =>
  headers.has("x-middleware-next") || headers.has("x-middleware-rewrite");

/** The headers with which the request goes on, where they are not its own. */
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

/** Adds lines to those that are there: `response.cookies` would write all of them anew. */
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
