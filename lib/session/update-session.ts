import { NextResponse, type NextRequest } from "next/server";
import { env } from "@/lib/env";
import { resumePathTo, signInPath } from "./callback-url";
import { isUnwritten } from "./codec";
import {
  hostOnlyRemovals,
  isSessionCookie,
  removedCookies,
  writtenCookies,
  type SessionCookie,
} from "./cookie";
import { noSession } from "./errors";
import type { Answer, Protection } from "./protected-paths";
import { readSession } from "./read-session";
import { refusal } from "./refusal";
import { renewSession, slideSession, type Continued } from "./renewal";
import { isNewer, isSliding } from "./session-token";

/** Request header by which a guard learns which page to come back to. Middleware sets it; a guard checks it again. */
export const requestedPathHeader = "x-requested-path";
/** Request header by which a guard learns that Logto ended the session, whose cookie it then does not get to see. */
export const sessionEndedHeader = "x-session-ended";

/**
 * What middleware does for a request: renews its session ahead of expiry, so that this same request's page, handler and
 * action see the new tokens already; writes the cookie only when it changed; and sends visitors of protected pages away
 * who have no session. In strategy `database` it sends away who has no cookie, and no more. It authorizes nobody: there are
 * ways around middleware, and every guard checks for itself.
 *
 * @param protection tells what is for signed-in people only
 */
export async function updateSession(request: NextRequest, protection: Protection): Promise<Response> {
  const answer = protection(request);
  const response = await update(request, answer);
  // Of a page that was rendered at build time Next.js says that any cache may keep it, and give it to anybody.
  if (answer !== "let through") response.headers.set("cache-control", uncached);
  return response;
}

const uncached = "private, no-store";

async function update(request: NextRequest, answer: Answer): Promise<Response> {
  const cookies = request.cookies.getAll();
  const names = cookies.map(({ name }) => name);
  const path = request.nextUrl.pathname + request.nextUrl.search;
  if (env().AUTH_SESSION_STRATEGY === "database") {
    // The row decides, and every guard looks at it; here it would be one more query.
    return names.some(isSessionCookie) ? proceed(request, path, []) : withoutSession(request, answer, path);
  }
  const read = await readSession(cookies);
  const continued: Continued | Exclude<typeof read, { status: "read" }> =
    read.status === "read" ? await renewSession(read.token) : read;

  if (read.status === "read" && continued.status === "active") {
    const { token } = continued;
    const slid = isSliding(token) ? await slideSession(token) : token;
    const changed = isNewer(slid, read.token) || isUnwritten(read.token);
    return proceed(request, path, changed ? await writtenCookies(slid, names) : []);
  }
  const hidden = names.filter(isSessionCookie);
  if (continued.status === "ended") {
    // The cookie stays: it is what the resume route goes by, and only a navigation can get there.
    if (answer === "let through") return proceed(request, path, [], hidden, true);
    const resumes = answer === "send away" && isNavigation(request);
    return resumes ? redirect(request, resumePathTo(path)) : sessionEnded();
  }
  // Only by a navigation: a fetch's late answer would remove the cookie of a sign-in that was completed meanwhile.
  const removed = isNavigation(request) ? removedCookies(names) : [];
  if (answer === "let through") return proceed(request, path, removed, hidden);
  const error = continued.status === "unreadable" ? "SessionUnreadable" : undefined;
  return withCookies(withoutSession(request, answer, path, error), removed);
}

/** What somebody gets who has no session. @param error explained on the sign-in page */
function withoutSession(request: NextRequest, answer: Answer, path: string, error?: string): NextResponse {
  if (answer === "let through") return proceed(request, path, []);
  if (answer === "send away") return redirect(request, signInPath(path, error));
  const refused = refusal(noSession("none"));
  return new NextResponse(refused.body, refused);
}

/** Goes on to the page, handler or action, with the session's cookies changed for this request and in the browser. */
function proceed(
  request: NextRequest,
  path: string,
  cookies: SessionCookie[],
  hidden: string[] = [],
  ended = false,
): NextResponse {
  const headers = new Headers(request.headers);
  headers.set(requestedPathHeader, path);
  // A browser can't say it: only what is set here counts.
  if (ended) headers.set(sessionEndedHeader, hidden.join(" "));
  else headers.delete(sessionEndedHeader);
  if (cookies.length === 0 && hidden.length === 0) return NextResponse.next({ request: { headers } });
  const jar = new Map(request.cookies.getAll().map(({ name, value }) => [name, value]));
  for (const name of hidden) jar.delete(name);
  for (const { name, value } of cookies) {
    if (value) jar.set(name, value);
    else jar.delete(name);
  }
  const header = [...jar].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("; ");
  if (header) headers.set("cookie", header);
  else headers.delete("cookie");
  return withCookies(NextResponse.next({ request: { headers } }), cookies);
}

function withCookies(response: NextResponse, cookies: SessionCookie[]): NextResponse {
  for (const { name, value, options } of cookies) response.cookies.set(name, value, options);
  const names = cookies.map(({ name }) => name);
  for (const line of hostOnlyRemovals(names)) response.headers.append("set-cookie", line);
  if (cookies.length > 0) response.headers.set("cache-control", uncached);
  return response;
}

function redirect(request: NextRequest, path: string): NextResponse {
  const response = NextResponse.redirect(new URL(path, request.nextUrl.href));
  response.headers.set("cache-control", uncached);
  return response;
}

/** Next's router takes an answer that is no page for a reason to load the page as a whole, which is what is wanted. */
export const sessionEnded = (): Response => refusal(noSession("ended"));

/** Whether the browser will show the answer. It says so itself; an old one that doesn't is taken at its Accept header. */
export function isNavigation(request: NextRequest): boolean {
  const mode = request.headers.get("sec-fetch-mode");
  return mode ? mode === "navigate" : (request.headers.get("accept") ?? "").includes("text/html");
}
