import { NextResponse, type NextRequest } from "next/server";
import { publicUrl } from "@/lib/app-url";
import { isDatabaseError } from "@/lib/database-error";
import { cookiesFor, noSessionError } from "../lifecycle/current-session";
import { renewSession } from "../lifecycle/renewal";
import { readStatus, type SessionStatus } from "../lifecycle/status";
import { halfSignedOut, safeCallbackUrl, signInPath } from "../model/callback-url";
import { errorResponse } from "../model/errors";
import { tombstoneOf, type Session } from "../model/session";
import { splitState } from "../model/state-parameter";
import { isSessionCookie, removedCookies, writtenCookies, type SessionCookie } from "../stores/cookie";
import { sessionStore, usesRows } from "../stores/current-store";
import type { Protection, Verdict } from "./protected-paths";

/** Request header by which a guard learns which page to come back to. Middleware sets it; a guard checks it again. */
export const requestedPathHeader = "x-requested-path";

const uncached = "private, no-store";
const pathOf = ({ nextUrl }: NextRequest) => nextUrl.pathname + nextUrl.search;

/**
 * What middleware does for a request: renews its session ahead of expiry, so that this same request's page, handler and
 * action see the new tokens already; writes the cookie only when it changed; and sends visitors of protected pages away
 * who have no session. Where sessions are rows it looks the row up on a closed site only: elsewhere every guard does. It
 * authorizes nobody: there are ways around middleware, and every guard checks for itself.
 *
 * @param protection tells what is for signed-in people only
 */
export async function updateSession(request: NextRequest, protection: Protection): Promise<Response> {
  const wanted = afterSignOut(request);
  if (wanted) return redirect(publicUrl(wanted, request.headers));
  const verdict = protection.verdict(request);
  const response = usesRows()
    ? await updateRow(request, verdict, protection.isClosed)
    : await updateCookie(request, verdict);
  // Of a page that was rendered at build time Next.js says that any cache may keep it, and give it to anybody.
  if (verdict !== "let through") response.headers.set("cache-control", uncached);
  return response;
}

/** The page that was wanted after a sign-out. Logto sends every browser to the start page, the only one that it knows of. */
function afterSignOut({ nextUrl }: NextRequest): string | undefined {
  if (nextUrl.pathname !== "/") return undefined;
  const { state, path } = splitState(nextUrl.searchParams.get("state") ?? "");
  // That a sign-out was done by half is said on the start page.
  return path === undefined || state.startsWith(halfSignedOut)
    ? undefined
    : safeCallbackUrl(path, undefined, "/");
}

async function updateRow(request: NextRequest, verdict: Verdict, isClosed: boolean): Promise<Response> {
  const cookies = request.cookies.getAll();
  if (verdict === "let through") return proceed(request);
  if (!isClosed && cookies.some(({ name }) => isSessionCookie(name))) return proceed(request);
  try {
    const { status } = await readStatus(cookies);
    return status === "active" ? proceed(request) : turnAway(request, verdict, status);
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    return errorResponse({ code: "database_unavailable", status: 503 });
  }
}

async function updateCookie(request: NextRequest, verdict: Verdict): Promise<Response> {
  const cookies = request.cookies.getAll();
  const names = cookies.map(({ name }) => name);
  const read = await readStatus(cookies);
  const status = read.status === "active" ? await renewSession(read.session) : read;
  if (status.status === "active") return proceed(request, await cookiesFor(status.session, cookies));
  // Only by a navigation: a fetch's late answer would remove the cookie of a sign-in that was completed meanwhile.
  const removed = isNavigation(request) ? removedCookies(names) : [];
  if (verdict !== "let through") return withCookies(turnAway(request, verdict, status.status), removed);
  if (read.status !== "active" || status.status !== "ended") return proceed(request, removed);
  // What runs behind middleware may be another process, which has not heard of the end.
  return proceed(request, removed, await tombstone(read.session, names));
}

async function tombstone(session: Session, names: string[]): Promise<SessionCookie[]> {
  const value = await sessionStore().cookieFor(tombstoneOf(session), undefined);
  return value === undefined ? [] : writtenCookies(value, session.exp, names);
}

/** What somebody gets who has no session. */
function turnAway(request: NextRequest, verdict: Verdict, status: SessionStatus["status"]): NextResponse {
  // A fetch that follows a redirect would show the sign-in page in place of what it asked for.
  const isRefused = verdict === "refuse" || (status === "ended" && !isNavigation(request));
  const path = signInPath(pathOf(request), explanations[status]);
  if (!isRefused) return redirect(publicUrl(path, request.headers));
  const refused = errorResponse(noSessionError(status));
  return new NextResponse(refused.body, refused);
}

/** Why there is no session, as the sign-in page explains it. */
const explanations: Record<string, string> = { ended: "SessionEnded", unreadable: "SessionUnreadable" };

/**
 * Goes on to the page, handler or action.
 *
 * @param written session cookies that change in the browser
 * @param seen session cookies that this request has from here on
 */
function proceed(request: NextRequest, written: SessionCookie[] = [], seen = written): NextResponse {
  const headers = new Headers(request.headers);
  headers.set(requestedPathHeader, pathOf(request));
  if (seen.length === 0) return NextResponse.next({ request: { headers } });
  const jar = new Map(request.cookies.getAll().map(({ name, value }) => [name, value]));
  for (const { name, value } of seen) jar.set(name, value);
  const header = [...jar].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("; ");
  headers.set("cookie", header);
  const response = NextResponse.next({ request: { headers } });
  if (seen === written) return withCookies(response, written);
  // Next.js shows what middleware's response sets to this request's page, unless it is a mere header.
  for (const line of withCookies(new NextResponse(), written).headers.getSetCookie())
    response.headers.append("set-cookie", line);
  return response;
}

function withCookies(response: NextResponse, cookies: SessionCookie[]): NextResponse {
  for (const { name, value, options } of cookies) response.cookies.set(name, value, options);
  if (cookies.length > 0) response.headers.set("cache-control", uncached);
  return response;
}

function redirect(url: URL): NextResponse {
  const response = NextResponse.redirect(url);
  response.headers.set("cache-control", uncached);
  return response;
}

/** True for a page load (`Sec-Fetch-Mode: navigate`; older browsers: `Accept: text/html`). */
function isNavigation(request: NextRequest): boolean {
  const mode = request.headers.get("sec-fetch-mode");
  return mode ? mode === "navigate" : (request.headers.get("accept") ?? "").includes("text/html");
}
