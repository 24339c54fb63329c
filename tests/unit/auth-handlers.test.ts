import { NextRequest } from "next/server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { InvalidCheck } from "@auth/core/errors";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError } from "@/lib/logto/errors";
import { signInContext } from "@/lib/session/authjs/sign-in-context";
import { readSessionStatus } from "@/lib/session/lifecycle/session-status";
import { addPathToState } from "@/lib/session/model/state-parameter";
import type { Session } from "@/lib/session/model/session";
import { handleAuthRequest } from "@/lib/session/routes/auth-handlers";
import { cookieStore } from "@/lib/session/stores/cookie-store";
import { cookiesOf, requestWith } from "./request";
import { session } from "./sessions";

const { handlers, log, logto } = vi.hoisted(() => ({
  handlers: { GET: vi.fn(), POST: vi.fn() },
  log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
  logto: { logtoSignOutUrl: vi.fn(), revokeGrant: vi.fn() },
}));
vi.mock("@/auth", () => ({ handlers }));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log }));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => import("./environment"));

const name = "authjs.session-token";
const logtoSignOutUrl = "https://logto.test/oidc/session/end";
/** The chunks of an older, larger session cookie. */
const chunks = [0, 1, 2].map((index) => ({ name: `${name}.${index}`, value: "left over" }));

/** Sends a browser's request for a path below /api/auth. */
async function send(
  path: string,
  cookies: { name: string; value: string }[] = [],
  init: object = {},
) {
  const cookie = [{ name: "theme", value: "dark" }, ...cookies].map(
    (each) => `${each.name}=${each.value}`,
  );
  const headers = { cookie: cookie.join("; ") };
  const request = new NextRequest(`http://listening:3000/api/auth/${path}`, { headers, ...init });
  const browser = await requestWith();
  for (const each of cookies) browser.jar.set(each.name, each.value);
  return { browser, response: await browser.run(() => handleAuthRequest(request)) };
}

/** Has Auth.js complete a sign-in, or reject it, after Logto issued a grant. */
function signIn(
  grant: { subject: string; refreshToken: string | undefined },
  isCompleted = true,
): void {
  handlers.GET.mockImplementation(async (request: NextRequest) => {
    signInContext(request).grant = grant;
    const headers = new Headers({ location: "/dashboard" });
    if (isCompleted) headers.append("set-cookie", `${name}=new; Path=/; HttpOnly`);
    return new Response(null, { status: 302, headers });
  });
}

/** The first request that Auth.js received. */
function requestToAuthjs(handler = handlers.GET): NextRequest {
  const [request]: unknown[] = handler.mock.calls.flat();
  if (!(request instanceof NextRequest)) throw new Error("no request reached Auth.js");
  return request;
}
const cookiesToAuthjs = (handler = handlers.GET) =>
  requestToAuthjs(handler)
    .cookies.getAll()
    .map((cookie) => cookie.name);
const removed = (response: Response) =>
  response.headers
    .getSetCookie()
    .filter((line) => line.includes("Expires=Thu, 01 Jan 1970"))
    .map((line) => line.split("=")[0]);
const isEnded = async (token: Session) =>
  (await readSessionStatus(await cookiesOf(token))).status !== "active";

beforeEach(() => {
  vi.clearAllMocks();
  handlers.GET.mockReset().mockImplementation(async () => new Response());
  handlers.POST.mockReset().mockImplementation(async () => new Response());
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
  logto.logtoSignOutUrl.mockReset().mockResolvedValue(new URL(logtoSignOutUrl));
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
    expect(cookiesToAuthjs(handler)).toEqual(["theme"]);
  });

  test("receives the posted body, under the URL that browsers use", async () => {
    await send("signin/logto?first_screen=register", [], { method: "POST", body: "csrfToken=x" });
    const request = requestToAuthjs(handlers.POST);
    expect(await request.text()).toBe("csrfToken=x");
    expect(request.url).toBe("https://app.example/api/auth/signin/logto?first_screen=register");
  });

  test.each([
    ["same-origin", true],
    ["same-site", false],
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
      return new Response(null, {
        status: 302,
        headers: { location: "/sign-in?error=Configuration" },
      });
    });
    const { response } = await send("callback/logto");
    expect(response.headers.get("location")).toBe(
      "https://app.example/sign-in?error=InvalidCheck&callbackUrl=%2Fdashboard",
    );
  });
});

describe("the callback URL of a sign-in", () => {
  const location = (response: Response) => response.headers.get("location") ?? "";
  /** Has Auth.js begin a sign-in with a callback URL, and set its own cookie for that URL. */
  const begin = (callbackUrl: string, error?: Error) =>
    handlers.POST.mockImplementation(async (request: NextRequest) => {
      Object.assign(signInContext(request), { callbackUrl, error });
      const to = error ? "/sign-in?error=Configuration" : "https://logto.test/oidc/auth?state=abc";
      const headers = new Headers({ location: to });
      headers.append("set-cookie", "authjs.callback-url=older; Path=/");
      headers.append("set-cookie", "authjs.state=s; Path=/");
      return new Response(null, { status: 302, headers });
    });

  test("is sent to Logto in `state`, and read from `state` in the callback", async () => {
    begin("/profile?tab=4");
    const begun = await send("signin/logto", [], { method: "POST" });
    const state = new URL(location(begun.response)).searchParams.get("state") ?? "";
    expect(begun.response.headers.getSetCookie()).toEqual(["authjs.state=s; Path=/"]);

    signIn({ subject: "k3v9t2m8qx1a", refreshToken: "new" });
    const { response } = await send(`callback/logto?code=x&state=${encodeURIComponent(state)}`);
    expect(new URL(requestToAuthjs().url).searchParams.get("state")).toBe("abc");
    expect(location(response)).toBe("https://app.example/profile?tab=4");
  });

  test("is preserved if Logto does not respond", async () => {
    begin("/profile?tab=4", new LogtoError("unavailable", "HTTP 503"));
    const { response } = await send("signin/logto", [], { method: "POST" });
    expect(location(response)).toBe(
      "https://app.example/sign-in?error=ProviderUnavailable&callbackUrl=%2Fprofile%3Ftab%3D4",
    );
  });

  test.each(["https://evil.example/", "//evil.example", "/sign-in", "/api/auth/signout"])(
    "defaults to the dashboard for %s",
    async (callbackUrl) => {
      signIn({ subject: "k3v9t2m8qx1a", refreshToken: "new" });
      const state = addPathToState("abc", callbackUrl);
      const { response } = await send(`callback/logto?code=x&state=${encodeURIComponent(state)}`);
      expect(location(response)).toBe("https://app.example/dashboard");
    },
  );
});

describe("a completed sign-in", () => {
  test("removes the chunks of an older cookie, which would make the new one unreadable", async () => {
    signIn({ subject: "k3v9t2m8qx1a", refreshToken: "new" });
    const { response } = await send("callback/logto", chunks);
    expect(removed(response)).toEqual(chunks.map((chunk) => chunk.name));
    expect(response.headers.getSetCookie()).toContainEqual(expect.stringContaining(`${name}=new`));
  });

  test("ends the session that it replaces, and revokes the grant of another user", async () => {
    const before = session({ subject: "p7c4w1n6zr5b", refreshToken: "old" });
    signIn({ subject: "k3v9t2m8qx1a", refreshToken: "new" });
    await send("callback/logto", await cookiesOf(before));
    expect(await isEnded(before)).toBe(true);
    expect(logto.revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), "old");
  });

  test("does not revoke the grant of the same user, which Logto reuses", async () => {
    const before = session();
    signIn({ subject: before.subject, refreshToken: "new" });
    await send("callback/logto", await cookiesOf(before));
    expect(await isEnded(before)).toBe(true);
    expect(logto.revokeGrant).not.toHaveBeenCalled();
  });
});

describe("a sign-in that Auth.js rejects after Logto issued a grant", () => {
  test("revokes the grant, and leaves the existing session unchanged", async () => {
    const before = session({ subject: "p7c4w1n6zr5b" });
    signIn({ subject: "k3v9t2m8qx1a", refreshToken: "refused" }, false);
    await send("callback/logto", await cookiesOf(before));
    expect(logto.revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), "refused");
    expect(await isEnded(before)).toBe(false);
  });

  test("does not revoke a grant that the existing session uses too", async () => {
    const before = session();
    signIn({ subject: before.subject, refreshToken: "refused" }, false);
    await send("callback/logto", await cookiesOf(before));
    expect(logto.revokeGrant).not.toHaveBeenCalled();
  });
});

test("a rejected sign-in revokes no grant while it is unknown whether a session uses it", async () => {
  vi.spyOn(cookieStore, "read").mockRejectedValueOnce(new DatabaseError("down"));
  signIn({ subject: "k3v9t2m8qx1a", refreshToken: "refused" }, false);
  await send("callback/logto", await cookiesOf(session()));
  expect(logto.revokeGrant).not.toHaveBeenCalled();
});

describe("/api/auth/session", () => {
  test("returns the public session without Auth.js and without writing a cookie", async () => {
    const token = session();
    const { response } = await send("session", await cookiesOf(token));
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ user: { id: token.subject } });
    for (const secret of [token.accessToken, token.refreshToken, token.sessionId])
      expect(text).not.toContain(secret);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(handlers.GET).not.toHaveBeenCalled();
  });

  test("returns null without a session", async () => {
    expect(await (await send("session")).response.json()).toBeNull();
  });

  test("ignores the data that `update` posts", async () => {
    handlers.POST.mockImplementation(async () => Response.json({ user: { id: "made up" } }));
    const init = { method: "POST", body: JSON.stringify({ data: { user: { id: "made up" } } }) };
    const { response } = await send("session", await cookiesOf(session()), init);
    expect(await response.json()).toMatchObject({ user: { id: "k3v9t2m8qx1a" } });
  });
});

describe("signing out through the route of Auth.js", () => {
  test("ends the session, and redirects the browser to Logto", async () => {
    const token = session();
    handlers.POST.mockImplementation(
      async () => new Response(null, { status: 302, headers: { location: "/" } }),
    );
    const { browser, response } = await send("signout", await cookiesOf(token), { method: "POST" });
    expect(response.headers.get("location")).toBe(logtoSignOutUrl);
    expect(browser.jar.has(name)).toBe(false);
    expect(await isEnded(token)).toBe(true);
  });

  test("returns the URL of Logto to a script", async () => {
    handlers.POST.mockImplementation(async () => Response.json({ url: "/" }));
    const { response } = await send("signout", await cookiesOf(session()), { method: "POST" });
    expect(await response.json()).toEqual({ url: logtoSignOutUrl });
  });

  test("returns to this site if Logto does not respond, whatever the callback URL", async () => {
    logto.logtoSignOutUrl.mockRejectedValue(new LogtoError("unavailable", "HTTP 503"));
    handlers.POST.mockImplementation(async (request: NextRequest) => {
      signInContext(request).callbackUrl = "https://evil.example/";
      return new Response(null, { status: 302, headers: { location: "/" } });
    });
    const { response } = await send("signout", await cookiesOf(session()), { method: "POST" });
    expect(response.headers.get("location")).toBe("https://app.example/");
  });

  test("does not end the session without the CSRF token of Auth.js", async () => {
    const token = session();
    handlers.POST.mockImplementation(async (request: NextRequest) => {
      signInContext(request).error = new Error("MissingCSRF");
      return new Response(null, { status: 302, headers: { location: "/signin?csrf=true" } });
    });
    await send("signout", await cookiesOf(token), { method: "POST" });
    expect(await isEnded(token)).toBe(false);
  });
});
