import { NextRequest, NextResponse } from "next/server";
import { handlers } from "@/auth";
import { log } from "@/lib/log";
import { toLogtoError } from "@/lib/logto/client";
import { revokeGrant } from "@/lib/logto/tokens";
import { explainErrors } from "./auth-errors";
import { isSessionCookie, removedCookies } from "./cookie";
import { currentSession } from "./current";
import { asSessionError } from "./errors";
import { readSession } from "./read-session";
import { refusal } from "./refusal";
import { endSession, logtoClient } from "./renewal";
import { toSession } from "./session";
import type { SessionToken } from "./session-token";
import { afterSignOutUrl } from "./sign-out";
import { signingIn, type SigningIn } from "./signing-in";

type AuthRequest = Parameters<typeof handlers.GET>[0];

/** Auth.js's own routes, with what it does to sessions put right. */
export async function handleAuthRequest(request: AuthRequest): Promise<Response> {
  const { pathname } = request.nextUrl;
  if (pathname.startsWith("/api/auth/callback/")) return finishSignIn(request);
  if (pathname === "/api/auth/session" && request.method === "GET") return showSession();
  if (pathname === "/api/auth/signout" && request.method === "POST") return finishSignOut(request);
  const response = await explainErrors(() =>
    request.method === "GET" ? handlers.GET(request) : handlers.POST(request),
  );
  return pathname === "/api/auth/session" ? withoutSessionCookies(response) : response;
}

/**
 * What `useSession` asks for. Auth.js would write the cookie anew on each look, and of parallel requests the last would win,
 * with old tokens; and it would call an outage of the database "signed out".
 */
async function showSession(): Promise<Response> {
  try {
    const session = await currentSession();
    const body = session.status === "active" ? toSession(session.token) : null;
    return Response.json(body, { headers: { "cache-control": "private, no-store" } });
  } catch (error) {
    return refusal(asSessionError(error));
  }
}

/** Signing out by Auth.js's own route (its page, or `signOut` of next-auth/react) ends Logto's session too. */
async function finishSignOut(request: AuthRequest): Promise<Response> {
  const response = await explainErrors(() => handlers.POST(request));
  const signedOut = response.headers.getSetCookie().some((line) => isSessionCookie(nameOf(line)));
  if (!signedOut) return response;
  const url = await afterSignOutUrl();
  const headers = new Headers(response.headers);
  const isJson = headers.get("content-type")?.includes("json");
  if (isJson) headers.delete("location");
  else headers.set("location", url);
  return new Response(isJson ? JSON.stringify({ url }) : null, { status: response.status, headers });
}

const nameOf = (setCookie: string) => setCookie.slice(0, setCookie.indexOf("="));

/**
 * The callback never sees an existing session: Auth.js would go on with that one's user where accounts are linked, and
 * keep its tokens. A session that is replaced has ended, and so has its grant, unless Logto gave both the same one.
 */
async function finishSignIn(request: AuthRequest): Promise<Response> {
  const cookies = request.cookies.getAll();
  const replaced = await readSession(cookies).catch(() => undefined);
  const before = replaced?.status === "read" ? replaced.token : undefined;
  // From its parts: Next hands over a proxy of the request, which Node.js 24 refuses to copy.
  const { method, body } = request;
  const headers = withoutSession(request.headers, cookies);
  const bare = new NextRequest(request.url, { method, headers, body, ...(body && { duplex: "half" }) });
  const store: SigningIn = {};
  const response = await signingIn.run(store, () =>
    explainErrors(() => (bare.method === "GET" ? handlers.GET(bare) : handlers.POST(bare))),
  );
  const completed = new NextResponse(response.body, response);
  const written = completed.cookies.getAll().map(({ name }) => name);
  if (!written.some(isSessionCookie)) {
    // In an outage of the database nobody can say whether it is that of the session that stays.
    if (replaced) await dropGrant(store, before);
    return completed;
  }
  if (before) {
    // For the same user in the same browser Logto goes on with the grant that it has: revoking it would end the new session.
    await endSession(before, { keepGrant: store.grant?.sub === before.sub });
  }
  // Chunks of the old cookie, which Auth.js could not know of.
  const leftover = cookies.map(({ name }) => name).filter((name) => !written.includes(name));
  for (const { name, value, options } of removedCookies(leftover))
    completed.cookies.set(name, value, options);
  return completed;
}

/** A sign-in that was refused after Logto had agreed leaves no grant behind, unless it is that of the session that stays. */
async function dropGrant({ grant }: SigningIn, before: SessionToken | undefined): Promise<void> {
  if (!grant?.refreshToken || grant.sub === before?.sub) return;
  try {
    await revokeGrant(logtoClient(), grant.refreshToken);
  } catch (error) {
    log.warn("a refused sign-in's grant could not be revoked", { reason: toLogtoError(error).message });
  }
}

function withoutSession(headers: Headers, cookies: { name: string; value: string }[]): Headers {
  const kept = cookies.filter(({ name }) => !isSessionCookie(name));
  const bare = new Headers(headers);
  bare.set("cookie", kept.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join("; "));
  return bare;
}

function withoutSessionCookies(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.delete("set-cookie");
  for (const line of response.headers.getSetCookie()) {
    if (!isSessionCookie(nameOf(line))) headers.append("set-cookie", line);
  }
  return new Response(response.body, { status: response.status, headers });
}
