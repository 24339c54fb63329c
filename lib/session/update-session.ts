import { NextResponse, type NextRequest } from "next/server";
import { usesRows } from "@/lib/env";
import { signInPath } from "./callback-url";
import { isUnwritten } from "./codec";
import { isSessionCookie, removedCookies, writtenCookies, type SessionCookie } from "./cookie";
import { asSessionError, noSession } from "./errors";
import type { Answer, Protection } from "./protected-paths";
import { readSession, type SessionRead } from "./read-session";
import { refusal } from "./refusal";
import { continueSession, renewSession, slideSession, type Continued } from "./renewal";
import { endedSession, isNewer, isSliding } from "./session-token";

/** Request header by which a guard learns which page to come back to. Middleware sets it; a guard checks it again. */
export const requestedPathHeader = "x-requested-path";

/**
 * What middleware does for a request: renews its session ahead of expiry, so that this same request's page, handler and
 * action see the new tokens already; writes the cookie only when it changed; and sends visitors of protected pages away
 * who have no session. Where sessions are rows it looks the row up on a closed site only: elsewhere every guard does. It
 * authorizes nobody: there are ways around middleware, and every guard checks for itself.
 *
 * @param protection tells what is for signed-in people only
 */
export async function updateSession(request: NextRequest, protection: Protection): Promise<Response> {
  const answer = protection.answer(request);
  const response = usesRows()
    ? await updateRow(request, answer, protection.isClosed)
    : await updateCookie(request, answer);
  // Of a page that was rendered at build time Next.js says that any cache may keep it, and give it to anybody.
  if (answer !== "let through") response.headers.set("cache-control", uncached);
  return response;
}

const uncached = "private, no-store";
const pathOf = ({ nextUrl }: NextRequest) => nextUrl.pathname + nextUrl.search;

async function updateRow(request: NextRequest, answer: Answer, isClosed: boolean): Promise<Response> {
  const cookies = request.cookies.getAll();
  if (answer === "let through") return proceed(request);
  if (!isClosed && cookies.some(({ name }) => isSessionCookie(name))) return proceed(request);
  try {
    const read = await readSession(cookies);
    const { status } = read.status === "read" ? continueSession(read.token) : read;
    return status === "active" ? proceed(request) : turnAway(request, answer, status);
  } catch (error) {
    return refusal(asSessionError(error));
  }
}

async function updateCookie(request: NextRequest, answer: Answer): Promise<Response> {
  const cookies = request.cookies.getAll();
  const names = cookies.map(({ name }) => name);
  const read = await readSession(cookies);
  const session: Continued | Exclude<SessionRead, { status: "read" }> =
    read.status === "read" ? await renewSession(read.token) : read;
  if (read.status === "read" && session.status === "active") {
    const { token } = session;
    const slid = isSliding(token) ? slideSession(token) : token;
    const changed = isNewer(slid, read.token) || isUnwritten(read.token);
    return proceed(request, changed ? await writtenCookies(slid, names) : []);
  }
  // Only by a navigation: a fetch's late answer would remove the cookie of a sign-in that was completed meanwhile.
  const removed = isNavigation(request) ? removedCookies(names) : [];
  if (answer !== "let through") return withCookies(turnAway(request, answer, session.status), removed);
  if (read.status !== "read" || session.status !== "ended") return proceed(request, removed);
  // What runs behind middleware may be another process, which has not heard of the end.
  return proceed(request, removed, await writtenCookies(endedSession(read.token), names));
}

/** What somebody gets who has no session. */
function turnAway(request: NextRequest, answer: Answer, status: string): NextResponse {
  // A fetch that follows a redirect would show the sign-in page in place of what it asked for.
  const isRefused = answer === "refuse" || (status === "ended" && !isNavigation(request));
  if (!isRefused) return redirect(request, signInPath(pathOf(request), explanations[status]));
  const refused = refusal(noSession(status));
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

function redirect(request: NextRequest, path: string): NextResponse {
  const response = NextResponse.redirect(new URL(path, request.nextUrl.href));
  response.headers.set("cache-control", uncached);
  return response;
}

/** Whether the browser will show the answer. It says so itself; an old one that doesn't is taken at its Accept header. */
function isNavigation(request: NextRequest): boolean {
  const mode = request.headers.get("sec-fetch-mode");
  return mode ? mode === "navigate" : (request.headers.get("accept") ?? "").includes("text/html");
}
