import { NextRequest } from "next/server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { InvalidCheck } from "@auth/core/errors";
import { LogtoError } from "@/lib/logto/errors";
import { signInContext } from "@/lib/session/authjs/sign-in-context";
import { readSessionStatus } from "@/lib/session/lifecycle/session-status";
import { addPath } from "@/lib/session/model/state-parameter";
import type { Session } from "@/lib/session/model/session";
import { handleAuthRequest } from "@/lib/session/routes/auth-handlers";
import { cookiesOf, requestWith } from "./request";
import { session } from "./sessions";

const { handlers, log, logto } = vi.hoisted(() => ({
  handlers: { GET: vi.fn(), POST: vi.fn() },
  log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
  logto: { endSessionUrl: vi.fn(), revokeGrant: vi.fn() },
}));
vi.mock("@/auth", () => ({ handlers }));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log }));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => import("./environment"));

const name = "authjs.session-token";
const atLogto = "https://logto.test/oidc/session/end";
/** Cookies with which an older, larger session was split. */
const chunks = [0, 1, 2].map((index) => ({ name: `${name}.${index}`, value: "left over" }));

/** Has a browser ask for a path below /api/auth. */
async function ask(
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

/** Auth.js completes a sign-in, or refuses it, once Logto has given a grant. */
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

/** What Auth.js was asked first. */
function seen(handler = handlers.GET): NextRequest {
  const [request]: unknown[] = handler.mock.calls.flat();
  if (!(request instanceof NextRequest)) throw new Error("Auth.js was not asked");
  return request;
}
const seenCookies = (handler = handlers.GET) =>
  seen(handler)
    .cookies.getAll()
    .map((cookie) => cookie.name);
const removed = (response: Response) =>
  response.headers
    .getSetCookie()
    .filter((line) => line.includes("Expires=Thu, 01 Jan 1970"))
    .map((line) => line.split("=")[0]);
const isOver = async (token: Session) =>
  (await readSessionStatus(await cookiesOf(token))).status !== "active";

beforeEach(() => {
  vi.clearAllMocks();
  handlers.GET.mockReset().mockImplementation(async () => new Response());
  handlers.POST.mockReset().mockImplementation(async () => new Response());
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
  logto.endSessionUrl.mockReset().mockResolvedValue(new URL(atLogto));
});

describe("Auth.js", () => {
  test.each([
    ["callback/logto?code=x", "GET", handlers.GET],
    ["signin/logto", "POST", handlers.POST],
    ["signout", "POST", handlers.POST],
    ["providers", "GET", handlers.GET],
  ])("never sees a session cookie, whole or in chunks: %s", async (path, method, handler) => {
    const odd = { name: `${name}.10`, value: "no chunk of ours" };
    await ask(path, [{ name, value: "whole" }, ...chunks, odd], { method });
    expect(seenCookies(handler)).toEqual(["theme"]);
  });

  test("gets what was posted, at the address that browsers know", async () => {
    await ask("signin/logto?first_screen=register", [], { method: "POST", body: "csrfToken=x" });
    const request = seen(handlers.POST);
    expect(await request.text()).toBe("csrfToken=x");
    expect(request.url).toBe("https://app.example/api/auth/signin/logto?first_screen=register");
  });

  test("has its errors explained", async () => {
    handlers.GET.mockImplementation(async (request: NextRequest) => {
      signInContext(request).error = new InvalidCheck("state");
      return new Response(null, {
        status: 302,
        headers: { location: "/sign-in?error=Configuration" },
      });
    });
    const { response } = await ask("callback/logto");
    expect(response.headers.get("location")).toBe(
      "https://app.example/sign-in?error=InvalidCheck&callbackUrl=%2Fdashboard",
    );
  });
});

describe("the page to come back to", () => {
  const location = (response: Response) => response.headers.get("location") ?? "";
  /** Auth.js begins a sign-in that is to come back to a page, and drops its cookie for that. */
  const begin = (callbackUrl: string, error?: Error) =>
    handlers.POST.mockImplementation(async (request: NextRequest) => {
      Object.assign(signInContext(request), { callbackUrl, error });
      const to = error ? "/sign-in?error=Configuration" : "https://logto.test/oidc/auth?state=abc";
      const headers = new Headers({ location: to });
      headers.append("set-cookie", "authjs.callback-url=older; Path=/");
      headers.append("set-cookie", "authjs.state=s; Path=/");
      return new Response(null, { status: 302, headers });
    });

  test("goes to Logto in `state`, and comes back with it", async () => {
    begin("/profile?tab=4");
    const begun = await ask("signin/logto", [], { method: "POST" });
    const state = new URL(location(begun.response)).searchParams.get("state") ?? "";
    expect(begun.response.headers.getSetCookie()).toEqual(["authjs.state=s; Path=/"]);

    signIn({ subject: "k3v9t2m8qx1a", refreshToken: "new" });
    const { response } = await ask(`callback/logto?code=x&state=${encodeURIComponent(state)}`);
    expect(new URL(seen().url).searchParams.get("state")).toBe("abc");
    expect(location(response)).toBe("https://app.example/profile?tab=4");
  });

  test("is kept where Logto does not answer", async () => {
    begin("/profile?tab=4", new LogtoError("unavailable", "HTTP 503"));
    const { response } = await ask("signin/logto", [], { method: "POST" });
    expect(location(response)).toBe(
      "https://app.example/sign-in?error=ProviderUnavailable&callbackUrl=%2Fprofile%3Ftab%3D4",
    );
  });

  test.each(["https://evil.example/", "//evil.example", "/sign-in", "/api/auth/signout"])(
    "is the dashboard for %s",
    async (callbackUrl) => {
      signIn({ subject: "k3v9t2m8qx1a", refreshToken: "new" });
      const state = addPath("abc", callbackUrl);
      const { response } = await ask(`callback/logto?code=x&state=${encodeURIComponent(state)}`);
      expect(location(response)).toBe("https://app.example/dashboard");
    },
  );
});

describe("a sign-in that is completed", () => {
  test("removes the chunks of an older cookie, beside which a new one could not be read", async () => {
    signIn({ subject: "k3v9t2m8qx1a", refreshToken: "new" });
    const { response } = await ask("callback/logto", chunks);
    expect(removed(response)).toEqual(chunks.map((chunk) => chunk.name));
    expect(response.headers.getSetCookie()).toContainEqual(expect.stringContaining(`${name}=new`));
  });

  test("ends the session that it replaces, with the grant of another user", async () => {
    const before = session({ subject: "p7c4w1n6zr5b", refreshToken: "old" });
    signIn({ subject: "k3v9t2m8qx1a", refreshToken: "new" });
    await ask("callback/logto", await cookiesOf(before));
    expect(await isOver(before)).toBe(true);
    expect(logto.revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), "old");
  });

  test("keeps the grant of the same user, which Logto goes on with", async () => {
    const before = session();
    signIn({ subject: before.subject, refreshToken: "new" });
    await ask("callback/logto", await cookiesOf(before));
    expect(await isOver(before)).toBe(true);
    expect(logto.revokeGrant).not.toHaveBeenCalled();
  });
});

describe("a sign-in that is refused here after Logto agreed", () => {
  test("leaves no grant behind, and the session that was there as it was", async () => {
    const before = session({ subject: "p7c4w1n6zr5b" });
    signIn({ subject: "k3v9t2m8qx1a", refreshToken: "refused" }, false);
    await ask("callback/logto", await cookiesOf(before));
    expect(logto.revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), "refused");
    expect(await isOver(before)).toBe(false);
  });

  test("keeps a grant that is also that of the session which stays", async () => {
    const before = session();
    signIn({ subject: before.subject, refreshToken: "refused" }, false);
    await ask("callback/logto", await cookiesOf(before));
    expect(logto.revokeGrant).not.toHaveBeenCalled();
  });
});

describe("/api/auth/session", () => {
  test("is the public session, which Auth.js is not asked for, and no cookie is written", async () => {
    const token = session();
    const { response } = await ask("session", await cookiesOf(token));
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ user: { id: token.subject } });
    for (const secret of [token.accessToken, token.refreshToken, token.sessionId])
      expect(text).not.toContain(secret);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(handlers.GET).not.toHaveBeenCalled();
  });

  test("is null without a session", async () => {
    expect(await (await ask("session")).response.json()).toBeNull();
  });

  test("ignores what `update` sends", async () => {
    handlers.POST.mockImplementation(async () => Response.json({ user: { id: "made up" } }));
    const init = { method: "POST", body: JSON.stringify({ data: { user: { id: "made up" } } }) };
    const { response } = await ask("session", await cookiesOf(session()), init);
    expect(await response.json()).toMatchObject({ user: { id: "k3v9t2m8qx1a" } });
  });
});

describe("signing out by Auth.js's own route", () => {
  test("ends the session, and sends the browser to Logto", async () => {
    const token = session();
    handlers.POST.mockImplementation(
      async () => new Response(null, { status: 302, headers: { location: "/" } }),
    );
    const { browser, response } = await ask("signout", await cookiesOf(token), { method: "POST" });
    expect(response.headers.get("location")).toBe(atLogto);
    expect(browser.jar.has(name)).toBe(false);
    expect(await isOver(token)).toBe(true);
  });

  test("tells a script where to go", async () => {
    handlers.POST.mockImplementation(async () => Response.json({ url: "/" }));
    const { response } = await ask("signout", await cookiesOf(session()), { method: "POST" });
    expect(await response.json()).toEqual({ url: atLogto });
  });

  test("ends nothing without Auth.js's CSRF token", async () => {
    const token = session();
    handlers.POST.mockImplementation(async (request: NextRequest) => {
      signInContext(request).error = new Error("MissingCSRF");
      return new Response(null, { status: 302, headers: { location: "/signin?csrf=true" } });
    });
    await ask("signout", await cookiesOf(token), { method: "POST" });
    expect(await isOver(token)).toBe(false);
  });
});
