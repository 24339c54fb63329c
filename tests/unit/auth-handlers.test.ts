import "./mock-request";
import { NextRequest } from "next/server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { InvalidCheck } from "@auth/core/errors";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError } from "@/lib/logto/errors";
import { signInContext, type SignInContext } from "@/lib/session/authjs/sign-in-context";
import { addPathToState } from "@/lib/session/model/state-parameter";
import { handleAuthRequest } from "@/lib/session/routes/auth-handlers";
import { cookieStore } from "@/lib/session/stores/cookie-store";
import { isEnded } from "./ended";
import { logtoSignOutUrl, revokeGrant } from "./mocks";
import { cookieHeader, cookiesOf, requestWith, type Cookies } from "./request";
import { session, subject } from "./sessions";

const handlers = vi.hoisted(() => ({ GET: vi.fn(), POST: vi.fn() }));
vi.mock("@/auth", () => ({ handlers }));

const name = "authjs.session-token";
const signOutUrl = "https://logto.test/oidc/session/end";
/** The chunks of an older, larger session cookie. */
const chunks = [0, 1, 2].map((index) => ({ name: `${name}.${index}`, value: "left over" }));

/** Sends a browser's request for a path below /api/auth. */
async function send(path: string, cookies: Cookies = [], init: object = {}) {
  const headers = { cookie: cookieHeader([{ name: "theme", value: "dark" }, ...cookies]) };
  const request = new NextRequest(`http://listening:3000/api/auth/${path}`, { headers, ...init });
  const browser = await requestWith();
  for (const each of cookies) browser.jar.set(each.name, each.value);
  return { browser, response: await browser.run(() => handleAuthRequest(request)) };
}

const redirectTo = (location: string, ...cookies: string[]) => {
  const headers = new Headers({ location });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 302, headers });
};

/** Makes Auth.js redirect in response to a form, with what it found in the context. */
const respondToForm = (
  location: string,
  context: Partial<SignInContext> = {},
  ...cookies: string[]
) =>
  handlers.POST.mockImplementation(async (request: NextRequest) => {
    Object.assign(signInContext(request), context);
    return redirectTo(location, ...cookies);
  });

/** Has Auth.js complete a sign-in, or reject it, after Logto issued a grant. */
const signIn = (refreshToken: string, isCompleted = true) =>
  handlers.GET.mockImplementation(async (request: NextRequest) => {
    signInContext(request).grant = { subject, refreshToken };
    return redirectTo("/dashboard", ...(isCompleted ? [`${name}=new; Path=/; HttpOnly`] : []));
  });

/** The first request that Auth.js received. */
function requestToAuthjs(handler = handlers.GET): NextRequest {
  const [request]: unknown[] = handler.mock.calls.flat();
  if (!(request instanceof NextRequest)) throw new Error("no request reached Auth.js");
  return request;
}
const location = (response: Response) =>
  response.headers.get("location")?.replace("https://app.example", "") ?? "";

beforeEach(() => {
  handlers.GET.mockReset().mockImplementation(async () => new Response());
  handlers.POST.mockReset().mockImplementation(async () => new Response());
  logtoSignOutUrl.mockResolvedValue(new URL(signOutUrl));
});

describe("Auth.js", () => {
  test.each([
    ["callback/logto?code=x", "GET", handlers.GET],
    ["signin/logto", "POST", handlers.POST],
    ["signout", "POST", handlers.POST],
    ["providers", "GET", handlers.GET],
  ])("never receives a session cookie, whole or in chunks: %s", async (path, method, handler) => {
    const odd = { name: `${name}.10`, value: "no chunk of ours" };
    await send(path, [{ name, value: "whole" }, ...chunks, odd], { method });
    const received = requestToAuthjs(handler).cookies.getAll();
    expect(received.map((cookie) => cookie.name)).toEqual(["theme"]);
  });

  test("receives the posted body, under the URL that browsers use", async () => {
    await send("signin/logto?first_screen=register", [], { method: "POST", body: "csrfToken=x" });
    const request = requestToAuthjs(handlers.POST);
    expect(await request.text()).toBe("csrfToken=x");
    expect(request.url).toBe("https://app.example/api/auth/signin/logto");
  });

  test.each([
    ["same-origin", true],
    ["cross-site", false],
    [undefined, false],
  ])("skips its CSRF token for our own pages only: %s", async (site, isSameOrigin) => {
    const headers = site === undefined ? {} : { "sec-fetch-site": site };
    await send("signin/logto", [], { method: "POST", headers });
    expect(signInContext(requestToAuthjs(handlers.POST)).isSameOrigin).toBe(isSameOrigin);
  });

  test("has its errors passed to the sign-in page", async () => {
    handlers.GET.mockImplementation(async (request: NextRequest) => {
      signInContext(request).error = new InvalidCheck("state");
      return redirectTo("/sign-in?error=Configuration");
    });
    const { response } = await send("callback/logto");
    expect(location(response)).toBe("/sign-in?error=InvalidCheck&callbackUrl=%2Fdashboard");
  });
});

describe("the callback URL of a sign-in", () => {
  const callbackUrl = "/profile?tab=4";

  test("is sent to Logto in `state`, and read from `state` in the callback", async () => {
    const cookies = ["authjs.callback-url=older; Path=/", "authjs.state=s; Path=/"];
    respondToForm("https://logto.test/oidc/auth?state=abc", { callbackUrl }, ...cookies);
    const begun = await send("signin/logto", [], { method: "POST" });
    const state = new URL(location(begun.response)).searchParams.get("state") ?? "";
    expect(begun.response.headers.getSetCookie()).toEqual(["authjs.state=s; Path=/"]);

    signIn("new");
    const { response } = await send(`callback/logto?code=x&state=${encodeURIComponent(state)}`);
    expect(new URL(requestToAuthjs().url).searchParams.get("state")).toBe("abc");
    expect(location(response)).toBe(callbackUrl);
  });

  test("is preserved if Logto does not respond", async () => {
    const error = new LogtoError("unavailable", "HTTP 503");
    respondToForm("/sign-in?error=Configuration", { callbackUrl, error });
    const { response } = await send("signin/logto", [], { method: "POST" });
    expect(location(response)).toBe(
      "/sign-in?error=ProviderUnavailable&callbackUrl=%2Fprofile%3Ftab%3D4",
    );
  });

  test.each(["https://evil.example/", "/sign-in"])(
    "defaults to the dashboard for %s",
    async (url) => {
      signIn("new");
      const state = encodeURIComponent(addPathToState("abc", url));
      const { response } = await send(`callback/logto?code=x&state=${state}`);
      expect(location(response)).toBe("/dashboard");
    },
  );
});

describe("a completed sign-in", () => {
  test("removes the chunks of an older cookie, which would make the new one unreadable", async () => {
    signIn("new");
    const lines = (await send("callback/logto", chunks)).response.headers.getSetCookie();
    const removed = lines.filter((line) => line.includes("Expires=Thu, 01 Jan 1970"));
    expect(removed.map((line) => line.split("=")[0])).toEqual(chunks.map((chunk) => chunk.name));
    expect(lines).toContainEqual(expect.stringContaining(`${name}=new`));
  });

  test.each([
    ["revokes the grant of another user", "p7c4w1n6zr5b", ["old"]],
    ["does not revoke the grant of the same user, which Logto reuses", subject, []],
  ])("ends the session that it replaces, and %s", async (_, user, revoked) => {
    const before = session({ subject: user, refreshToken: "old" });
    signIn("new");
    await send("callback/logto", await cookiesOf(before));
    expect(await isEnded(before)).toBe(true);
    expect(revokeGrant.mock.calls.map((call: unknown[]) => call[1])).toEqual(revoked);
  });
});

describe("a sign-in that Auth.js rejects after Logto issued a grant", () => {
  test("revokes the grant, and leaves the existing session unchanged", async () => {
    const before = session({ subject: "p7c4w1n6zr5b" });
    signIn("refused", false);
    await send("callback/logto", await cookiesOf(before));
    expect(revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), "refused");
    expect(await isEnded(before)).toBe(false);
  });

  test.each([
    ["that the existing session uses too", false],
    ["while it is unknown whether a session uses it", true],
  ])("does not revoke a grant %s", async (_, isDatabaseDown) => {
    if (isDatabaseDown)
      vi.spyOn(cookieStore, "read").mockRejectedValueOnce(new DatabaseError("down"));
    signIn("refused", false);
    await send("callback/logto", await cookiesOf(session()));
    expect(revokeGrant).not.toHaveBeenCalled();
  });
});

describe("/api/auth/session", () => {
  test("returns the public session without Auth.js and without writing a cookie", async () => {
    const token = session();
    const { response } = await send("session", await cookiesOf(token));
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ user: { id: subject } });
    for (const secret of [token.accessToken, token.refreshToken, token.sessionId])
      expect(text).not.toContain(secret);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(handlers.GET).not.toHaveBeenCalled();
    expect(await (await send("session")).response.json()).toBeNull();
  });

  test("ignores the data that `update` posts", async () => {
    handlers.POST.mockImplementation(async () => Response.json({ user: { id: "made up" } }));
    const init = { method: "POST", body: JSON.stringify({ data: { user: { id: "made up" } } }) };
    const { response } = await send("session", await cookiesOf(session()), init);
    expect(await response.json()).toMatchObject({ user: { id: subject } });
  });
});

describe("signing out through the route of Auth.js", () => {
  const signOut = async (token = session()) =>
    send("signout", await cookiesOf(token), { method: "POST" });

  test("ends the session, and redirects the browser to Logto", async () => {
    const token = session();
    respondToForm("/");
    const { browser, response } = await signOut(token);
    expect(location(response)).toBe(signOutUrl);
    expect(browser.jar.has(name)).toBe(false);
    expect(await isEnded(token)).toBe(true);
  });

  test("returns the URL of Logto to a script", async () => {
    handlers.POST.mockImplementation(async () => Response.json({ url: "/" }));
    expect(await (await signOut()).response.json()).toEqual({ url: signOutUrl });
  });

  test("returns to this site if Logto does not respond, whatever the callback URL", async () => {
    logtoSignOutUrl.mockRejectedValue(new LogtoError("unavailable", "HTTP 503"));
    respondToForm("/", { callbackUrl: "https://evil.example/" });
    expect(location((await signOut()).response)).toBe("/");
  });

  test("does not end the session without the CSRF token of Auth.js", async () => {
    const token = session();
    respondToForm("/signin?csrf=true", { error: new Error("MissingCSRF") });
    await signOut(token);
    expect(await isEnded(token)).toBe(false);
  });
});
