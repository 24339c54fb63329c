import { NextRequest, NextResponse } from "next/server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError } from "@/lib/logto/errors";
import { decodeSession, encodeSession } from "@/lib/session/stores/codec";
import { joinChunks, sessionCookieName } from "@/lib/session/stores/cookie";
import { allBut, only } from "@/lib/session/routes/protected-paths";
import { sessionLifetime, toTombstone, type Session } from "@/lib/session/model/session";
import { addPathToState } from "@/lib/session/model/state-parameter";
import { updateSession } from "@/lib/session/routes/update-session";
import { selectStore } from "./current-store";
import { variables } from "./environment";
import { middleware } from "./locale-middleware";
import { cookiesOf } from "./request";
import { expiring, session } from "./sessions";

const logto = vi.hoisted(() => ({ refreshTokens: vi.fn(), revokeGrant: vi.fn() }));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("@/lib/env", () => import("./environment"));
vi.mock("@/lib/session/stores/current-store", () => import("./current-store"));

type Cookies = { name: string; value: string }[];

const navigation = { "sec-fetch-mode": "navigate", accept: "text/html" };
const fetching = { "sec-fetch-mode": "cors", accept: "*/*" };

/** A request with cookies. It is a page load unless `headers` say otherwise. */
function requestTo(
  path: string,
  cookies: Cookies,
  { method = "GET", headers = {} } = {},
): NextRequest {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  return new NextRequest(`https://app.example${path}`, {
    method,
    headers: { ...navigation, ...headers, ...(cookie && { cookie }) },
  });
}

const open = only(["/profile"]);

/** The names of the cookies that a response removes from the browser or writes there. */
function changedCookies(response: Response): { removed: string[]; written: string[] } {
  const all = response.headers.getSetCookie().map((line) => {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    return { name, value, isExpired: line.includes("Expires=Thu, 01 Jan 1970") };
  });
  const names = (isRemoval: boolean) =>
    all
      .filter(({ value, isExpired }) => (value === "" && isExpired) === isRemoval)
      .map(({ name }) => name);
  return { removed: names(true), written: names(false) };
}

/** The cookies that middleware passes on to the page, handler or action. */
function passedOn(response: Response, before: Cookies): Cookies {
  expect(response.headers.get("x-middleware-next")).toBe("1");
  const overridden = response.headers.get("x-middleware-override-headers")?.split(",") ?? [];
  if (!overridden.includes("cookie")) return before;
  const header = response.headers.get("x-middleware-request-cookie") ?? "";
  return header.split("; ").map((pair) => {
    const [, name = "", value = ""] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
    return { name, value: decodeURIComponent(value) };
  });
}

/**
 * The cookies that `cookies()` of next/headers returns after middleware. Next.js merges what
 * `response.cookies` sets into them.
 */
function seenByPage(response: Response, before: Cookies): Cookies {
  const jar = new Map(passedOn(response, before).map(({ name, value }) => [name, value]));
  const { removed } = changedCookies(response);
  if (response.headers.has("x-middleware-set-cookie"))
    for (const name of removed) jar.set(name, "");
  return [...jar].map(([name, value]) => ({ name, value }));
}

/** The session that the page, handler or action finds after middleware, if any. */
async function passedOnSession(response: Response, before: Cookies): Promise<Session | null> {
  const value = joinChunks(passedOn(response, before));
  return value ? decodeSession(value, variables.AUTH_SECRET, sessionCookieName()) : null;
}

/** Claims that make a session take several cookies. */
const manyClaims = {
  sub: "k3v9t2m8qx1a",
  organizations: Array.from({ length: 180 }, (_, index) => `organization${String(index)}`),
};
const sizes: [string, Partial<Session>][] = [
  ["one cookie", {}],
  ["chunks", { claims: manyClaims }],
];

beforeEach(() => {
  selectStore();
  logto.refreshTokens
    .mockReset()
    .mockRejectedValue(new LogtoError("invalid_grant", "grant not found"));
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
});

describe("an active session", () => {
  test("passes unchanged, and the page receives its path", async () => {
    const cookies = await cookiesOf(session());
    const response = await updateSession(requestTo("/profile?tab=2", cookies), open);
    expect(changedCookies(response)).toEqual({ removed: [], written: [] });
    expect(response.headers.get("x-middleware-request-x-requested-path")).toBe("/profile?tab=2");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
  });

  test.each([
    ["is extended in the second half of its lifetime", sessionLifetime / 2 - 60, true],
    ["is not written again in the first half", sessionLifetime / 2 + 60, false],
  ])("%s", async (_, left, isWritten) => {
    const seconds = Math.floor(Date.now() / 1000);
    const cookies = await cookiesOf(session({ exp: seconds + left }));
    const response = await updateSession(requestTo("/", cookies), open);
    expect(changedCookies(response).written).toEqual(isWritten ? [sessionCookieName()] : []);
    const { exp = 0 } = (await passedOnSession(response, cookies)) ?? {};
    expect(exp - seconds).toBeGreaterThanOrEqual(isWritten ? sessionLifetime : left);
  });

  test("is renewed for the browser and for the same request", async () => {
    logto.refreshTokens.mockResolvedValue(renewalResponse());
    const cookies = await cookiesOf(expiring());
    const response = await updateSession(requestTo("/", cookies, { headers: fetching }), open);
    expect(changedCookies(response)).toEqual({ removed: [], written: [sessionCookieName()] });
    expect(await passedOnSession(response, cookies)).toMatchObject({
      accessToken: "new",
      refreshToken: "rotated",
    });
    expect(response.headers.get("cache-control")).toBe("private, no-store");
  });

  test("is unchanged during an outage of Logto", async () => {
    logto.refreshTokens.mockRejectedValue(new LogtoError("unavailable", "no response"));
    const cookies = await cookiesOf(expiring());
    const response = await updateSession(requestTo("/profile", cookies), open);
    expect(changedCookies(response)).toEqual({ removed: [], written: [] });
    expect(passedOn(response, cookies)).toEqual(cookies);
  });
});

/** Logto's response to a renewal. */
const renewalResponse = () => ({
  accessToken: "new",
  expiresIn: 3600,
  refreshToken: "rotated",
  scopes: [],
  claims: undefined,
});

test("a renewal changes only the session cookie of the request", async () => {
  logto.refreshTokens.mockResolvedValue(renewalResponse());
  const [{ name, value } = { name: "", value: "" }] = await cookiesOf(expiring());
  const request = requestTo("/", [], {
    headers: { cookie: `rate=100%; theme=a; ${name}=${value}; flag; theme=b; q="x y"` },
  });
  const header = (await updateSession(request, open)).headers.get("x-middleware-request-cookie");
  expect(header).toMatch(
    /^rate=100%; theme=a; flag; theme=b; q="x y"; authjs\.session-token=[\w.-]+$/,
  );
});

describe("beside another middleware", () => {
  const overridden = (response: Response, name: string) =>
    response.headers.get("x-middleware-override-headers")?.split(",").includes(name)
      ? response.headers.get(`x-middleware-request-${name}`)
      : null;
  const renewed = { sessionId: expect.any(String), accessToken: "new", refreshToken: "rotated" };
  const sessionOf = (response: Response) => {
    const cookies = (overridden(response, "cookie") ?? "").split("; ").map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      return { name, value };
    });
    return decodeSession(joinChunks(cookies) ?? "", variables.AUTH_SECRET, sessionCookieName());
  };

  beforeEach(() => {
    logto.refreshTokens.mockResolvedValue(renewalResponse());
  });

  test("the page gets the renewed session and the locale, and the browser gets both cookies", async () => {
    const response = await middleware(requestTo("/de/profil?tab=4", await cookiesOf(expiring())));
    expect(await sessionOf(response)).toMatchObject(renewed);
    expect(overridden(response, "x-next-intl-locale")).toBe("de");
    expect(overridden(response, "x-requested-path")).toBe("/de/profil?tab=4");
    expect(overridden(response, "sec-fetch-mode")).toBe("navigate");
    expect(response.headers.get("x-middleware-rewrite")).toBe(
      "https://app.example/de/profile?tab=4",
    );
    expect(response.headers.get("link")).toContain("alternate");
    expect(changedCookies(response).written.sort()).toEqual(["NEXT_LOCALE", sessionCookieName()]);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
  });

  test("a redirect carries the renewed cookie", async () => {
    const response = await middleware(requestTo("/about", await cookiesOf(expiring())));
    expect([response.status, response.headers.get("location")]).toEqual([
      307,
      "https://app.example/en/about",
    ]);
    expect(changedCookies(response).written).toEqual([sessionCookieName()]);
    expect(response.headers.get("x-middleware-override-headers")).toBeNull();
  });

  test.each([
    ["no request headers", () => NextResponse.next()],
    ["only a rewrite", () => NextResponse.rewrite("https://app.example/de/start")],
    [
      "headers of its own",
      () =>
        NextResponse.next({
          request: { headers: new Headers({ "x-locale": "de", cookie: "theme=a" }) },
        }),
    ],
  ])("the page gets all changes when the other middleware passes on %s", async (_, respond) => {
    const request = requestTo("/start", await cookiesOf(expiring()));
    const response = await updateSession(request, open, respond);
    expect(await sessionOf(response)).toMatchObject(renewed);
    expect(overridden(response, "x-requested-path")).toBe("/start");
  });

  test("the cookies of the other middleware stay unchanged", async () => {
    const lines = ["a=1; Path=/de; Partitioned", "a=1; Path=/", "malformed"];
    const response = await updateSession(requestTo("/", await cookiesOf(expiring())), open, () => {
      const other = NextResponse.next();
      for (const line of lines) other.headers.append("set-cookie", line);
      return other;
    });
    expect(response.headers.getSetCookie().slice(0, 3)).toEqual(lines);
    expect(response.headers.getSetCookie()).toHaveLength(4);
  });

  test("the other middleware gets the changed request, and the route its body", async () => {
    const seen: Record<string, unknown> = {};
    const request = new NextRequest("https://app.example/de?x=1", {
      method: "POST",
      body: "text",
      headers: {
        cookie: (await cookiesOf(expiring())).map(({ name, value }) => `${name}=${value}`).join(),
      },
    });
    await updateSession(request, open, async (passed) => {
      const value = passed.cookies.get(sessionCookieName())?.value ?? "";
      const session = await decodeSession(value, variables.AUTH_SECRET, sessionCookieName());
      const { nextUrl, method } = passed;
      Object.assign(seen, { session, path: nextUrl.pathname + nextUrl.search, method });
      return Response.json({});
    });
    expect(seen).toMatchObject({ session: renewed, path: "/de?x=1", method: "POST" });
    expect(await request.text()).toBe("text");
  });

  test("a plain response of the other middleware is returned", async () => {
    const response = await updateSession(
      requestTo("/", []),
      open,
      () => new Response("gone", { status: 410 }),
    );
    expect([response.status, await response.text()]).toEqual([410, "gone"]);
  });

  test("a visitor is redirected to the locale's sign-in page and back to the locale's page", async () => {
    const response = await middleware(requestTo("/de/profile?tab=4", []));
    expect(response.headers.get("location")).toBe(
      "https://app.example/de/sign-in?callbackUrl=%2Fde%2Fprofile%3Ftab%3D4",
    );
    expect(response.headers.get("set-cookie")).toBeNull();
  });
});

describe.each(sizes)("a session in %s whose grant Logto rejects", (_, size) => {
  const rejectedSession = () => cookiesOf(expiring(size));
  const names = (cookies: Cookies) => cookies.map(({ name }) => name);

  test("redirects a page load of a protected page to sign in, and removes the cookies", async () => {
    const cookies = await rejectedSession();
    const response = await updateSession(requestTo("/profile?tab=2", cookies), open);
    expect(response.status).toBe(307);
    expect(response.headers.get("location")).toBe(
      "https://app.example/sign-in?error=SessionEnded&callbackUrl=%2Fprofile%3Ftab%3D2",
    );
    expect(changedCookies(response)).toEqual({ removed: names(cookies), written: [] });
    expect(response.headers.get("cache-control")).toBe("private, no-store");
  });

  test("returns 401 to a fetch of a protected page, and removes no cookie", async () => {
    const response = await updateSession(
      requestTo("/profile", await rejectedSession(), { headers: fetching }),
      open,
    );
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Session");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(await response.json()).toMatchObject({ error: "session_ended" });
    expect(changedCookies(response)).toEqual({ removed: [], written: [] });
  });

  test.each([
    ["a page load", {}, true],
    ["a fetch", { headers: fetching }, false],
    ["a form", { method: "POST" }, true],
    ["a server action", { method: "POST", headers: fetching }, false],
  ])("passes a tombstone to an open page requested by %s", async (__, how, isRemoved) => {
    const cookies = await rejectedSession();
    const response = await updateSession(requestTo("/", cookies, how), open);
    const seen = await passedOnSession(response, cookies);
    expect(seen).toMatchObject({ subject: "k3v9t2m8qx1a", endedAt: expect.any(Number) });
    expect(changedCookies(response)).toEqual({
      removed: isRemoved ? names(cookies) : [],
      written: [],
    });
  });

  test("passes on no token and no claim but the subject", async () => {
    const cookies = await rejectedSession();
    const seen = await passedOnSession(await updateSession(requestTo("/", cookies), open), cookies);
    expect(seen?.claims).toEqual({ sub: "k3v9t2m8qx1a" });
    expect([seen?.accessToken, seen?.refreshToken]).toEqual([undefined, undefined]);
  });

  test("passes on all other cookies of the request", async () => {
    const cookies = [{ name: "theme", value: "a=b c" }, ...(await rejectedSession())];
    const encoded = cookies.map(({ name, value }) => ({ name, value: encodeURIComponent(value) }));
    const response = await updateSession(requestTo("/", encoded), open);
    expect(passedOn(response, cookies)).toContainEqual({ name: "theme", value: "a=b c" });
    expect(changedCookies(response).removed).not.toContain("theme");
  });

  test("sends one token request, and has ended for later requests with the same cookie", async () => {
    const cookies = await rejectedSession();
    await updateSession(requestTo("/profile", cookies, { headers: fetching }), open);
    const response = await updateSession(requestTo("/profile", cookies), open);
    expect(response.headers.get("location")).toContain("error=SessionEnded");
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });
});

test("a page's own guard sees the tombstone although the response removes the cookie", async () => {
  const cookies = await cookiesOf(expiring());
  const seen = seenByPage(await updateSession(requestTo("/guarded", cookies), open), cookies);
  const token = await decodeSession(
    joinChunks(seen) ?? "",
    variables.AUTH_SECRET,
    sessionCookieName(),
  );
  expect(token).toMatchObject({ endedAt: expect.any(Number) });
});

describe("without a session", () => {
  const none: Cookies = [];
  const unreadable: Cookies = [{ name: "authjs.session-token", value: "garbage" }];

  test.each([
    ["no cookie", none, "/sign-in?callbackUrl=%2Fprofile"],
    ["an unreadable cookie", unreadable, "/sign-in?error=SessionUnreadable&callbackUrl=%2Fprofile"],
  ])("a protected page redirects to sign in with the reason: %s", async (_, cookies, location) => {
    const response = await updateSession(requestTo("/profile", cookies), open);
    expect([response.status, response.headers.get("location")]).toEqual([
      307,
      `https://app.example${location}`,
    ]);
    expect(changedCookies(response).removed).toEqual(cookies.map(({ name }) => name));
  });

  test("an unreadable cookie is hidden from an open page, and removed", async () => {
    const response = await updateSession(requestTo("/", unreadable), open);
    expect(joinChunks(passedOn(response, unreadable))).toBeUndefined();
    expect(changedCookies(response)).toEqual({ removed: ["authjs.session-token"], written: [] });
  });

  test("a cookie of another app stays, and causes no error message", async () => {
    const value = await encodeSession(session(), ["o".repeat(40)], sessionCookieName());
    for (const foreign of [value, "a".repeat(43)]) {
      const cookies = [{ name: sessionCookieName(), value: foreign }];
      const redirected = await updateSession(requestTo("/profile", cookies), open);
      expect(redirected.headers.get("location")).toBe(
        "https://app.example/sign-in?callbackUrl=%2Fprofile",
      );
      const openPage = await updateSession(requestTo("/", cookies), open);
      expect(passedOn(openPage, cookies)).toEqual(cookies);
      for (const response of [redirected, openPage])
        expect(changedCookies(response)).toEqual({ removed: [], written: [] });
    }
  });

  test("a fetch does not remove an unreadable cookie, as its response may arrive after a sign-in", async () => {
    const response = await updateSession(requestTo("/", unreadable, { headers: fetching }), open);
    expect(changedCookies(response)).toEqual({ removed: [], written: [] });
  });

  test.each([
    ["/profile?tab=4", "/profile?tab=4"],
    ["https://evil.example/", "/"],
    ["//evil.example", "/"],
  ])("after a sign-out the start page redirects to the path in `state`: %s", async (path, to) => {
    const state = encodeURIComponent(addPathToState("id", path));
    const response = await updateSession(requestTo(`/?state=${state}`, none), open);
    expect(response.headers.get("location")).toBe(`https://app.example${to}`);
  });

  test("an open page passes, and any cache may store it", async () => {
    const response = await updateSession(requestTo("/", none), open);
    expect(passedOn(response, none)).toEqual([]);
    expect(response.headers.get("cache-control")).toBeNull();
  });

  test("a closed site returns 401 to requests other than page loads", async () => {
    const closed = allBut(["/sign-in"]);
    const response = await updateSession(
      requestTo("/api/products", none, { headers: fetching }),
      closed,
    );
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: "signed_out" });
  });
});

describe("with a store outside the cookie", () => {
  const cookies: Cookies = [{ name: "authjs.session-token", value: crypto.randomUUID() }];
  const closed = allBut(["/sign-in"]);
  const read = vi.fn();

  beforeEach(() => {
    read.mockReset().mockRejectedValue(new Error("unexpected read"));
    selectStore({ read });
  });

  describe("an open site", () => {
    test.each(["/", "/profile"])(
      "does not read the session at %s, as the guards do",
      async (path) => {
        const response = await updateSession(requestTo(path, cookies), open);
        expect(passedOn(response, cookies)).toEqual(cookies);
        expect(read).not.toHaveBeenCalled();
      },
    );

    test("redirects a visitor without a cookie, and reads no session", async () => {
      const response = await updateSession(requestTo("/profile", []), open);
      expect(response.headers.get("location")).toBe(
        "https://app.example/sign-in?callbackUrl=%2Fprofile",
      );
      expect(read).not.toHaveBeenCalled();
    });
  });

  describe("a closed site", () => {
    test("lets a stored session pass, which it reads once", async () => {
      read.mockResolvedValue(session());
      const response = await updateSession(requestTo("/reports", cookies), closed);
      expect(passedOn(response, cookies)).toEqual(cookies);
      expect(read).toHaveBeenCalledTimes(1);
    });

    test("reads no session for public pages", async () => {
      await updateSession(requestTo("/sign-in", cookies), closed);
      expect(read).not.toHaveBeenCalled();
    });

    test.each([
      ["a made-up cookie", undefined, "/sign-in?callbackUrl=%2Freports"],
      [
        "a session whose grant Logto rejected",
        toTombstone(session()),
        "/sign-in?error=SessionEnded&callbackUrl=%2Freports",
      ],
    ])("redirects to sign in with %s", async (_, stored, location) => {
      read.mockResolvedValue(stored);
      const response = await updateSession(requestTo("/reports", cookies), closed);
      expect([response.status, response.headers.get("location")]).toEqual([
        307,
        `https://app.example${location}`,
      ]);
    });

    test("returns 401 to a fetch whose session has ended", async () => {
      read.mockResolvedValue(toTombstone(session()));
      const response = await updateSession(
        requestTo("/reports", cookies, { headers: fetching }),
        closed,
      );
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: "session_ended" });
    });

    test("returns 503 while the store is unavailable", async () => {
      read.mockRejectedValue(new DatabaseError("no response"));
      const response = await updateSession(requestTo("/reports", cookies), closed);
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("5");
      expect(response.headers.get("cache-control")).toBe("private, no-store");
      expect(await response.json()).toMatchObject({ error: "database_unavailable" });
      expect(changedCookies(response)).toEqual({ removed: [], written: [] });
    });
  });
});
