import "./mock-request";
import { NextRequest, NextResponse } from "next/server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError } from "@/lib/logto/errors";
import { decodeSession, encodeSession } from "@/lib/session/stores/codec";
import { joinChunks, sessionCookieName } from "@/lib/session/stores/cookie";
import { allBut, only } from "@/lib/session/routes/protected-paths";
import { sessionLifetime, toTombstone, type Session } from "@/lib/session/model/session";
import { addPathToState } from "@/lib/session/model/state-parameter";
import { updateSession, type Respond } from "@/lib/session/routes/update-session";
import { selectStore } from "./current-store";
import { variables } from "./environment";
import { middleware } from "./locale-middleware";
import { refreshTokens } from "./mocks";
import { cookieHeader, cookiesOf, type Cookies } from "./request";
import { expiring, manyClaims, session, subject, tokenResponse } from "./sessions";

vi.mock("@/lib/session/stores/current-store", () => import("./current-store"));

const pageLoad = { "sec-fetch-mode": "navigate", accept: "text/html" };
const fetching = { headers: { "sec-fetch-mode": "cors", accept: "*/*" } };
const origin = "https://app.example";
const open = only(["/profile"]);
const closed = allBut(["/sign-in"]);
const unchanged = { removed: [], written: [] };
const noStore = "private, no-store";

/** A request with cookies. It is a page load unless `headers` say otherwise. */
function requestTo(path: string, cookies: Cookies, { method = "GET", headers = {} } = {}) {
  const cookie = cookieHeader(cookies);
  return new NextRequest(origin + path, {
    method,
    headers: { ...pageLoad, ...(cookie && { cookie }), ...headers },
  });
}

const send = (path: string, cookies: Cookies = [], init = {}, protection = open) =>
  updateSession(requestTo(path, cookies, init), protection);

const location = ({ headers }: Response) => headers.get("location")?.replace(origin, "");
const namesOf = (cookies: Cookies) => cookies.map(({ name }) => name);

/** The names of the cookies that a response removes from the browser or writes there. */
function changedCookies(response: Response): { removed: string[]; written: string[] } {
  const lines = response.headers.getSetCookie();
  const names = (isRemoval: boolean) =>
    lines
      .filter((line) => /^[^=]+=;.*Expires=Thu, 01 Jan 1970/.test(line) === isRemoval)
      .map((line) => line.split("=")[0] ?? "");
  return { removed: names(true), written: names(false) };
}

/** A request header as middleware passes it on, if it changes it. */
function overridden({ headers }: Response, name: string): string | null {
  const names = headers.get("x-middleware-override-headers")?.split(",");
  return names?.includes(name) ? headers.get(`x-middleware-request-${name}`) : null;
}

/** The cookies that middleware passes on to the page, handler or action. */
function passedOn(response: Response, before: Cookies): Cookies {
  expect(response.status).toBe(200);
  const header = overridden(response, "cookie");
  return (header ?? "")
    .split("; ")
    .flatMap((pair) => {
      const [, name = "", value = ""] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
      return name ? { name, value } : [];
    })
    .concat(header === null ? before : []);
}

const decoded = (cookies: Cookies) =>
  decodeSession(joinChunks(cookies) ?? "", variables.AUTH_SECRET, sessionCookieName());

/** The session that the page, handler or action finds after middleware. */
const sessionOf = (response: Response, before: Cookies = []) => decoded(passedOn(response, before));

beforeEach(() => {
  selectStore();
  refreshTokens.mockRejectedValue(new LogtoError("invalid_grant", "grant not found"));
});

describe("an active session", () => {
  test.each([
    ["that is not due for renewal", session()],
    ["whose renewal gets no response from Logto", expiring()],
  ])("%s passes unchanged, and the page receives its real path", async (_, token) => {
    refreshTokens.mockRejectedValue(new LogtoError("unavailable", "no response"));
    const cookies = await cookiesOf(token);
    const headers = { "x-requested-path": "//evil.example" };
    const response = await send("/profile?tab=2", cookies, { headers });
    expect(changedCookies(response)).toEqual(unchanged);
    expect(passedOn(response, cookies)).toEqual(cookies);
    expect(overridden(response, "x-requested-path")).toBe("/profile?tab=2");
    expect(response.headers.get("cache-control")).toBe(noStore);
  });

  test.each([
    ["is extended in the second half of its lifetime", sessionLifetime / 2 - 60, true],
    ["is not written again in the first half", sessionLifetime / 2 + 60, false],
  ])("%s", async (_, left, isWritten) => {
    const seconds = Math.floor(Date.now() / 1000);
    const cookies = await cookiesOf(session({ exp: seconds + left }));
    const response = await send("/", cookies);
    expect(changedCookies(response).written).toEqual(isWritten ? [sessionCookieName()] : []);
    const { exp = 0 } = (await sessionOf(response, cookies)) ?? {};
    expect(exp - seconds).toBeGreaterThanOrEqual(isWritten ? sessionLifetime : left);
  });

  test("is renewed for the browser and the same request, whose other cookies stay", async () => {
    refreshTokens.mockResolvedValue(tokenResponse({ refreshToken: "rotated" }));
    const [{ name, value } = { name: "", value: "" }] = await cookiesOf(expiring());
    const cookie = `rate=100%; theme=a; ${name}=${value}; flag; theme=b; q="x y"`;
    const response = await send("/", [], { headers: { ...fetching.headers, cookie } });
    expect(overridden(response, "cookie")).toMatch(
      /^rate=100%; theme=a; flag; theme=b; q="x y"; authjs\.session-token=[\w.-]+$/,
    );
    expect(changedCookies(response)).toEqual({ removed: [], written: [sessionCookieName()] });
    expect(await sessionOf(response)).toMatchObject({
      accessToken: "new",
      refreshToken: "rotated",
    });
    expect(response.headers.get("cache-control")).toBe(noStore);
  });
});

describe("beside another middleware", () => {
  const renewed = { accessToken: "new", refreshToken: "rotated" };
  const sendBeside = async (respond: Respond, path = "/") =>
    updateSession(requestTo(path, await cookiesOf(expiring())), open, respond);

  beforeEach(() => void refreshTokens.mockResolvedValue(tokenResponse(renewed)));

  test("the page gets the renewed session and the locale, and the browser gets both cookies", async () => {
    const response = await middleware(requestTo("/de/profil?tab=4", await cookiesOf(expiring())));
    expect(await sessionOf(response)).toMatchObject(renewed);
    expect(
      ["x-next-intl-locale", "x-requested-path", "sec-fetch-mode"].map((name) =>
        overridden(response, name),
      ),
    ).toEqual(["de", "/de/profil?tab=4", "navigate"]);
    expect(response.headers.get("x-middleware-rewrite")).toBe(`${origin}/de/profile?tab=4`);
    expect(response.headers.get("link")).toContain("alternate");
    expect(changedCookies(response).written.sort()).toEqual(["NEXT_LOCALE", sessionCookieName()]);
    expect(response.headers.get("cache-control")).toBe(noStore);
  });

  test("a redirect carries the renewed cookie", async () => {
    const response = await middleware(requestTo("/about", await cookiesOf(expiring())));
    expect([response.status, location(response)]).toEqual([307, "/en/about"]);
    expect(changedCookies(response).written).toEqual([sessionCookieName()]);
    expect(response.headers.get("x-middleware-override-headers")).toBeNull();
  });

  const ownHeaders = new Headers({ "x-locale": "de", cookie: "theme=a" });
  test.each<[string, Respond]>([
    ["no request headers", () => NextResponse.next()],
    ["only a rewrite", () => NextResponse.rewrite(`${origin}/de/start`)],
    ["headers of its own", () => NextResponse.next({ request: { headers: ownHeaders } })],
  ])("the page gets all changes when the other middleware passes on %s", async (_, respond) => {
    const response = await sendBeside(respond, "/start");
    expect(await sessionOf(response)).toMatchObject(renewed);
    expect(overridden(response, "x-requested-path")).toBe("/start");
  });

  test("the cookies of the other middleware stay unchanged", async () => {
    const lines = ["a=1; Path=/de; Partitioned", "a=1; Path=/", "malformed"];
    const response = await sendBeside(() => {
      const other = NextResponse.next();
      for (const line of lines) other.headers.append("set-cookie", line);
      return other;
    });
    expect(response.headers.getSetCookie().slice(0, 3)).toEqual(lines);
    expect(response.headers.getSetCookie()).toHaveLength(4);
  });

  test("the other middleware gets the changed request, and the route its body", async () => {
    const headers = { cookie: cookieHeader(await cookiesOf(expiring())) };
    const init = { method: "POST", body: "text", headers };
    const request = new NextRequest(`${origin}/de?x=1`, init);
    const seen = vi.fn((_: NextRequest) => Response.json({}));
    await updateSession(request, open, seen);
    const [passed] = seen.mock.calls[0] ?? [];
    expect(passed).toMatchObject({ url: `${origin}/de?x=1`, method: "POST" });
    expect(await decoded(passed?.cookies.getAll() ?? [])).toMatchObject(renewed);
    expect(await request.text()).toBe("text");
  });

  test("a plain response of the other middleware is returned", async () => {
    const response = await sendBeside(() => new Response("gone", { status: 410 }));
    expect([response.status, await response.text()]).toEqual([410, "gone"]);
  });

  test("a visitor is redirected to the locale's sign-in page and back to the locale's page", async () => {
    const response = await middleware(requestTo("/de/profile?tab=4", []));
    expect(location(response)).toBe("/de/sign-in?callbackUrl=%2Fde%2Fprofile%3Ftab%3D4");
    expect(response.headers.get("set-cookie")).toBeNull();
  });
});

describe.each<[string, Partial<Session>]>([
  ["one cookie", {}],
  ["chunks", { claims: manyClaims }],
])("a session in %s whose grant Logto rejects", (_, size) => {
  let cookies: Cookies;

  beforeEach(async () => {
    cookies = await cookiesOf(expiring(size));
  });

  test("redirects a page load of a protected page to sign in, and removes the cookies", async () => {
    const response = await send("/profile?tab=2", cookies);
    expect([response.status, location(response)]).toEqual([
      307,
      "/sign-in?error=SessionEnded&callbackUrl=%2Fprofile%3Ftab%3D2",
    ]);
    expect(changedCookies(response)).toEqual({ removed: namesOf(cookies), written: [] });
    expect(response.headers.get("cache-control")).toBe(noStore);
  });

  test("returns 401 to a fetch of a protected page, and removes no cookie", async () => {
    const response = await send("/profile", cookies, fetching);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Session");
    expect(response.headers.get("cache-control")).toBe(noStore);
    expect(await response.json()).toMatchObject({ error: "session_ended" });
    expect(changedCookies(response)).toEqual(unchanged);
  });

  test.each([
    ["a page load", {}, true],
    ["a fetch", fetching, false],
    ["a form", { method: "POST" }, true],
    ["a server action", { method: "POST", ...fetching }, false],
  ])("passes a tombstone to an open page requested by %s", async (__, how, isRemoved) => {
    const response = await send("/", cookies, how);
    const { claims, endedAt, accessToken, refreshToken } = (await sessionOf(response)) ?? {};
    expect([claims, endedAt]).toEqual([{ sub: subject }, expect.any(Number)]);
    expect([accessToken, refreshToken]).toEqual([undefined, undefined]);
    // Next.js would merge cookies of this header into those that the page sees.
    expect(response.headers.has("x-middleware-set-cookie")).toBe(false);
    const removed = isRemoved ? namesOf(cookies) : [];
    expect(changedCookies(response)).toEqual({ removed, written: [] });
  });

  test("sends one token request, and has ended for later requests with the same cookie", async () => {
    await send("/profile", cookies, fetching);
    expect(location(await send("/profile", cookies))).toContain("error=SessionEnded");
    expect(refreshTokens).toHaveBeenCalledTimes(1);
  });
});

describe("without a session", () => {
  const unreadable: Cookies = [{ name: "authjs.session-token", value: "garbage" }];

  test.each([
    ["no cookie", [], "/sign-in?callbackUrl=%2Fprofile"],
    ["an unreadable cookie", unreadable, "/sign-in?error=SessionUnreadable&callbackUrl=%2Fprofile"],
  ])("a protected page redirects to sign in with the reason: %s", async (_, cookies, path) => {
    const response = await send("/profile", cookies);
    expect([response.status, location(response)]).toEqual([307, path]);
    expect(changedCookies(response).removed).toEqual(namesOf(cookies));
  });

  test("an unreadable cookie is hidden from an open page, and removed", async () => {
    const response = await send("/", unreadable);
    expect(joinChunks(passedOn(response, unreadable))).toBeUndefined();
    expect(changedCookies(response)).toEqual({ removed: ["authjs.session-token"], written: [] });
  });

  test("a cookie of another app stays, and causes no error message", async () => {
    const value = await encodeSession(session(), ["o".repeat(40)], sessionCookieName());
    for (const foreign of [value, "a".repeat(43)]) {
      const cookies = [{ name: sessionCookieName(), value: foreign }];
      const redirected = await send("/profile", cookies);
      expect(location(redirected)).toBe("/sign-in?callbackUrl=%2Fprofile");
      const openPage = await send("/", cookies);
      expect(passedOn(openPage, cookies)).toEqual(cookies);
      expect([redirected, openPage].map(changedCookies)).toEqual([unchanged, unchanged]);
    }
  });

  test("a fetch does not remove an unreadable cookie, as its response may arrive after a sign-in", async () => {
    expect(changedCookies(await send("/", unreadable, fetching))).toEqual(unchanged);
  });

  test.each([
    ["/profile?tab=4", "/profile?tab=4"],
    ["https://evil.example/", "/"],
  ])("after a sign-out the start page redirects to the path in `state`: %s", async (path, to) => {
    const state = encodeURIComponent(addPathToState("id", path));
    expect(location(await send(`/?state=${state}`))).toBe(to);
  });

  test("an open page passes, and any cache may store it", async () => {
    const response = await send("/");
    expect(passedOn(response, [])).toEqual([]);
    expect(response.headers.get("cache-control")).toBeNull();
  });

  test("a closed site returns 401 to requests other than page loads", async () => {
    const response = await send("/api/products", [], fetching, closed);
    expect([response.status, await response.json()]).toMatchObject([401, { error: "signed_out" }]);
  });
});

describe("with a store outside the cookie", () => {
  const cookies: Cookies = [{ name: "authjs.session-token", value: crypto.randomUUID() }];
  const read = vi.fn();

  beforeEach(() => {
    read.mockReset().mockRejectedValue(new Error("unexpected read"));
    selectStore({ read });
  });

  test.each([
    ["an open page of an open site", "/", open],
    ["a protected page of an open site, as the guards do", "/profile", open],
    ["a public page of a closed site", "/sign-in", closed],
  ])("the session is not read for %s", async (_, path, protection) => {
    expect(passedOn(await send(path, cookies, {}, protection), cookies)).toEqual(cookies);
    expect(read).not.toHaveBeenCalled();
  });

  test("an open site redirects a visitor without a cookie, and reads no session", async () => {
    expect(location(await send("/profile"))).toBe("/sign-in?callbackUrl=%2Fprofile");
    expect(read).not.toHaveBeenCalled();
  });

  test("a closed site lets a stored session pass, which it reads once", async () => {
    read.mockResolvedValue(session());
    expect(passedOn(await send("/reports", cookies, {}, closed), cookies)).toEqual(cookies);
    expect(read).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["a made-up cookie", undefined, ""],
    ["a session whose grant Logto rejected", toTombstone(session()), "error=SessionEnded&"],
  ])("a closed site redirects to sign in with %s", async (_, stored, reason) => {
    read.mockResolvedValue(stored);
    const response = await send("/reports", cookies, {}, closed);
    expect([response.status, location(response)]).toEqual([
      307,
      `/sign-in?${reason}callbackUrl=%2Freports`,
    ]);
  });

  test("a closed site returns 503 while the store is unavailable", async () => {
    read.mockRejectedValue(new DatabaseError("no response"));
    const response = await send("/reports", cookies, {}, closed);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(response.headers.get("cache-control")).toBe(noStore);
    expect(await response.json()).toMatchObject({ error: "database_unavailable" });
    expect(changedCookies(response)).toEqual(unchanged);
  });
});
