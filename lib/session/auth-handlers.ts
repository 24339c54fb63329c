import { NextRequest, NextResponse } from "next/server";
import { handlers } from "@/auth";
import { explainErrors } from "./auth-errors";
import { isSessionCookie, readSession, removedCookies } from "./cookie";
import { endSession } from "./renewal";
import { afterSignOutUrl } from "./sign-out";

type AuthRequest = Parameters<typeof handlers.GET>[0];

/** Auth.js's own routes, with what it does to sessions put right. */
export async function handleAuthRequest(request: AuthRequest): Promise<Response> {
  const { pathname } = request.nextUrl;
  if (pathname.startsWith("/api/auth/callback/")) return finishSignIn(request);
  const response = await explainErrors(() =>
    request.method === "GET" ? handlers.GET(request) : handlers.POST(request),
  );
  if (pathname === "/api/auth/session") return withoutSessionCookies(response);
  return pathname === "/api/auth/signout" && request.method === "POST" ? goToLogto(response) : response;
}

/** Signing out by Auth.js's own route (its page, or `signOut` of next-auth/react) ends Logto's session too. */
async function goToLogto(response: Response): Promise<Response> {
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
  // From its parts: Next hands over a proxy of the request, which Node.js 24 refuses to copy.
  const { method, body } = request;
  const headers = withoutSession(request.headers, cookies);
  const bare = new NextRequest(request.url, { method, headers, body, ...(body && { duplex: "half" }) });
  const response = await explainErrors(() =>
    bare.method === "GET" ? handlers.GET(bare) : handlers.POST(bare),
  );
  const begunCookies = new NextResponse(null, response).cookies.getAll();
  const written = begunCookies.map(({ name }) => name);
  if (!written.some(isSessionCookie)) return response;
  const replaced = await readSession(cookies);
  if (replaced.status === "read") {
    const begun = await readSession(begunCookies);
    // For the same user in the same browser Logto goes on with the grant that it has: revoking it would end the new session.
    const keepGrant = begun.status === "read" && begun.token.sub === replaced.token.sub;
    await endSession(replaced.token, { keepGrant });
  }
  // Chunks of the old cookie, which Auth.js could not know of.
  const leftover = cookies.map(({ name }) => name).filter((name) => !written.includes(name));
  return withRemoved(response, leftover);
}

function withoutSession(headers: Headers, cookies: { name: string; value: string }[]): Headers {
  const kept = cookies.filter(({ name }) => !isSessionCookie(name));
  const bare = new Headers(headers);
  bare.set("cookie", kept.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join("; "));
  return bare;
}

function withRemoved(response: Response, names: string[]): Response {
  const headers = new Headers(response.headers);
  for (const { name, options } of removedCookies(names)) {
    const secure = options.secure ? "; Secure" : "";
    headers.append(
      "set-cookie",
      `${name}=; Path=/; Expires=${options.expires.toUTCString()}; HttpOnly; SameSite=Lax${secure}`,
    );
  }
  return new Response(response.body, { status: response.status, headers });
}

/** Auth.js writes the cookie anew on each look at the session; of parallel requests the last would win, with old tokens. */
function withoutSessionCookies(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.delete("set-cookie");
  for (const line of response.headers.getSetCookie()) {
    if (!isSessionCookie(nameOf(line))) headers.append("set-cookie", line);
  }
  return new Response(response.body, { status: response.status, headers });
}
