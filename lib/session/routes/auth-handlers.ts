import { NextRequest, NextResponse } from "next/server";
import { handlers } from "@/auth";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { revokeGrant } from "@/lib/logto/tokens";
import { explainErrors } from "../authjs/errors";
import { signInContext, type SignInContext } from "../authjs/sign-in-context";
import { getSession } from "../lifecycle/current-session";
import { endSession, tolerateOutage } from "../lifecycle/ending";
import { logtoClient } from "../lifecycle/logto-client";
import { readStatus } from "../lifecycle/status";
import { asSessionError, errorResponse } from "../model/errors";
import type { Session } from "../model/session";
import { isSessionCookie, removedCookies } from "../stores/cookie";
import { endHere } from "./sign-out";

type AuthRequest = Parameters<typeof handlers.GET>[0];

/**
 * Auth.js's routes. It signs in; what becomes of sessions is ours. So it never gets to see a session cookie, and never waits for
 * a store, except to begin a session.
 */
export async function handleAuthRequest(request: AuthRequest): Promise<Response> {
  const { pathname } = request.nextUrl;
  if (pathname.startsWith("/api/auth/callback/")) return finishSignIn(request);
  if (pathname === "/api/auth/session" && request.method === "GET") return showSession();
  const { response, context } = await answer(request);
  const isDone = request.method === "POST" && !context.error;
  if (pathname === "/api/auth/session" && isDone) return showSession();
  if (pathname === "/api/auth/signout" && isDone) return finishSignOut(response);
  return response;
}

/** Has Auth.js answer a request without its session, and explains what failed. */
async function answer(request: AuthRequest): Promise<{ response: Response; context: SignInContext }> {
  // From its parts: Next hands over a proxy of the request, which Node.js 24 refuses to copy.
  const { method, body, url } = request;
  const headers = withoutSession(request);
  const bare = new NextRequest(url, { method, headers, body, ...(body && { duplex: "half" }) });
  const context = signInContext(bare);
  const response = await (method === "GET" ? handlers.GET(bare) : handlers.POST(bare));
  return { response: explainErrors(response, context), context };
}

function withoutSession(request: AuthRequest): Headers {
  const kept = request.cookies.getAll().filter(({ name }) => !isSessionCookie(name));
  const headers = new Headers(request.headers);
  headers.set("cookie", kept.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join("; "));
  return headers;
}

/**
 * What `useSession` asks for. Auth.js would write the cookie anew on each look, and of parallel requests the last would win,
 * with old tokens; and it would call an outage of the database "signed out". What `update` sends is ignored.
 */
async function showSession(): Promise<Response> {
  try {
    return Response.json(await getSession(), { headers: { "cache-control": "private, no-store" } });
  } catch (error) {
    return errorResponse(asSessionError(error));
  }
}

/**
 * Signing out by Auth.js's own route: its page, or `signOut` of next-auth/react. Auth.js has checked the CSRF token.
 *
 * @param response of Auth.js
 */
async function finishSignOut(response: Response): Promise<Response> {
  const url = await endHere();
  const headers = new Headers(response.headers);
  const isJson = headers.get("content-type")?.includes("json");
  if (isJson) headers.delete("location");
  else headers.set("location", url);
  return new Response(isJson ? JSON.stringify({ url }) : null, { status: response.status, headers });
}

/** A session that a sign-in replaces has ended, and so has its grant, unless Logto gave both the same one. */
async function finishSignIn(request: AuthRequest): Promise<Response> {
  const cookies = request.cookies.getAll();
  const replaced = await readStatus(cookies).catch(() => undefined);
  const before = replaced?.status === "active" ? replaced.session : undefined;
  const { response, context } = await answer(request);
  const completed = new NextResponse(response.body, response);
  const written = completed.cookies.getAll().map(({ name }) => name);
  if (!written.some(isSessionCookie)) {
    // In an outage of the database nobody can say whether it is that of the session that stays.
    if (replaced) await dropGrant(context, before);
    return completed;
  }
  if (before) {
    // For the same user in the same browser Logto goes on with the grant that it has: revoking it would end the new session.
    const keepGrant = context.grant?.subject === before.subject;
    await endSession(before, "signed out", { keepGrant }).catch(
      tolerateOutage("a replaced session's row is left"),
    );
  }
  // Chunks of the old cookie, which Auth.js could not know of.
  const leftover = cookies.map(({ name }) => name).filter((name) => !written.includes(name));
  for (const { name, value, options } of removedCookies(leftover))
    completed.cookies.set(name, value, options);
  return completed;
}

/** A sign-in that was refused after Logto had agreed leaves no grant behind, unless it is that of the session that stays. */
async function dropGrant({ grant }: SignInContext, before: Session | undefined): Promise<void> {
  if (!grant?.refreshToken || grant.subject === before?.subject) return;
  try {
    await revokeGrant(logtoClient(), grant.refreshToken);
  } catch (error) {
    log.warn("a refused sign-in's grant could not be revoked", { reason: toLogtoError(error).message });
  }
}
