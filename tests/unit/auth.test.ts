import "./mock-env";
import { NextRequest, type NextProxy } from "next/server";
import { beforeEach, expect, expectTypeOf, test, vi } from "vitest";
import { auth, handlers } from "@/auth";
import { signInContext } from "@/lib/session/authjs/sign-in-context";
import { toPublicSession } from "@/lib/session/model/public-session";
import { documentOf } from "./documents";
import { variables } from "./environment";
import { cookieHeader, cookiesOf } from "./request";
import { session } from "./sessions";

const issuer = variables.AUTH_LOGTO_ISSUER;
const getSession = vi.hoisted(() => vi.fn(async () => null));
vi.mock("@/lib/session/lifecycle/current-session", () => ({ getSession }));
vi.mock("@/lib/logto/client", () => ({ discover: async () => documentOf(issuer) }));

beforeEach(() => {
  getSession.mockClear();
});

/** Posts the sign-in form to Auth.js. @returns the URL that it redirects to */
async function signIn({ isSameOrigin }: { isSameOrigin: boolean }): Promise<URL> {
  const request = new NextRequest(`${variables.AUTH_URL}/api/auth/signin/logto`, {
    method: "POST",
    body: new URLSearchParams({ callbackUrl: "/profile" }),
  });
  signInContext(request).isSameOrigin = isSameOrigin;
  return new URL((await handlers.POST(request)).headers.get("location") ?? "");
}

test("a sign-in has PKCE, state and nonce, and asks for consent, the scopes and each resource", async () => {
  const { origin, pathname, searchParams } = await signIn({ isSameOrigin: true });
  expect(origin + pathname).toBe(`${issuer}/auth`);
  expect(Object.fromEntries(searchParams)).toMatchObject({
    client_id: variables.AUTH_LOGTO_ID,
    redirect_uri: `${variables.AUTH_URL}/api/auth/callback/logto`,
    response_type: "code",
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
    state: expect.stringMatching(/.{40}/),
    nonce: expect.stringMatching(/.{40}/),
    prompt: "consent",
    scope: variables.LOGTO_SCOPES.join(" "),
  });
  expect(searchParams.getAll("resource")).toEqual(variables.LOGTO_RESOURCES);
});

test("a sign-in that no page of ours sent needs Auth.js's CSRF token", async () => {
  const { origin, pathname } = await signIn({ isSameOrigin: false });
  expect(origin + pathname).toBe(`${variables.AUTH_URL}/sign-in`);
});

test("Auth.js's own route shows the public session, and writes the cookie that it read", async () => {
  const token = session();
  const cookie = cookieHeader(await cookiesOf(token));
  const headers = { cookie };
  const request = new NextRequest(`${variables.AUTH_URL}/api/auth/session`, { headers });
  const response = await handlers.GET(request);
  expect(await response.json()).toEqual(toPublicSession(token));
  expect(response.headers.getSetCookie().join()).toContain(`${cookie};`);
});

test("auth returns the session of the current request", async () => {
  expect(await auth()).toBeNull();
  expect(getSession).toHaveBeenCalledTimes(1);
});

test("auth rejects how guides of Auth.js call it, and names the replacement", () => {
  const misuse = /withSession\(handler\).*updateSession\(request/;
  // @ts-expect-error the compiler shows the text of the parameter's type
  expect(() => auth(() => new Response())).toThrow(misuse);
  // @ts-expect-error the same for the arguments of an API route
  expect(() => auth(new Request(variables.AUTH_URL), {})).toThrow(misuse);
  expectTypeOf(auth).not.toExtend<NextProxy>();
  expectTypeOf(auth).parameter(0).toExtend<`${string}withSession(handler)${string}`>();
  expect(getSession).not.toHaveBeenCalled();
});
