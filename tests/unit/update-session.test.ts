import { NextRequest, NextResponse } from "next/server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { toColumns } from "@/lib/database/row-store";
import { LogtoError } from "@/lib/logto/errors";
import { decodeSession, encodeSession } from "@/lib/session/stores/codec";
import { joinChunks, sessionCookieName } from "@/lib/session/stores/cookie";
import { allBut, only } from "@/lib/session/routes/protected-paths";
import type { Session } from "@/lib/session/model/session";
import { updateSession } from "@/lib/session/routes/update-session";
import { variables } from "./environment";
import { middleware } from "./locale-middleware";
import { cookiesOf } from "./request";
import { expiring, session } from "./sessions";

const logto = vi.hoisted(() => ({ refreshTokens: vi.fn(), revokeGrant: vi.fn() }));
const findUnique = vi.hoisted(() => vi.fn());
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("@/lib/env", () => import("./environment"));
vi.mock("@/lib/database/client", () => ({
  hasDatabase: () => false,
  db: () => ({ session: { findUnique } }),
  query: (promise: Promise<unknown>) => promise,
}));

type Cookies = { name: string; value: string }[];

const navigation = { "sec-fetch-mode": "navigate", accept: "text/html" };
const fetching = { "sec-fetch-mode": "cors", accept: "*/*" };

/** A request for a path with cookies: a page load, unless `headers` say otherwise. */
function asking(
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

/**
 * The session cookies that a response changes in the browser: those that it removes, and those that
 * it writes.
 */
function changed(response: Response): { removed: string[]; written: string[] } {
  const all = response.headers.getSetCookie().map((line) => {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    return { name, value, isOver: line.includes("Expires=Thu, 01 Jan 1970") };
  });
  const names = (isRemoval: boolean) =>
    all
      .filter(({ value, isOver }) => (value === "" && isOver) === isRemoval)
      .map(({ name }) => name);
  return { removed: names(true), written: names(false) };
}

/** The cookies that middleware hands on to the page, handler or action. */
function handedOn(response: Response, before: Cookies): Cookies {
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
 * What `cookies()` of next/headers has behind middleware: Next merges what `response.cookies` sets
 * into it.
 */
function seenByPage(response: Response, before: Cookies): Cookies {
  const jar = new Map(handedOn(response, before).map(({ name, value }) => [name, value]));
  const { removed } = changed(response);
  if (response.headers.has("x-middleware-set-cookie"))
    for (const name of removed) jar.set(name, "");
  return [...jar].map(([name, value]) => ({ name, value }));
}

/** The session that is behind middleware, if any. */
async function sessionBehind(response: Response, before: Cookies): Promise<Session | null> {
  const value = joinChunks(handedOn(response, before));
  return value ? decodeSession(value, variables.AUTH_SECRET, sessionCookieName()) : null;
}

/** Claims with which a session takes several cookies. */
const manyClaims = {
  sub: "k3v9t2m8qx1a",
  organizations: Array.from({ length: 180 }, (_, index) => `organization${String(index)}`),
};
const sizes: [string, Partial<Session>][] = [
  ["one cookie", {}],
  ["chunks", { claims: manyClaims }],
];

beforeEach(() => {
  variables.AUTH_SESSION_STRATEGY = "jwt";
  findUnique.mockReset().mockRejectedValue(new Error("the database was asked"));
  logto.refreshTokens
    .mockReset()
    .mockRejectedValue(new LogtoError("invalid_grant", "grant not found"));
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
});

describe("a session that goes on", () => {
  test("passes untouched, and tells the page its address", async () => {
    const cookies = await cookiesOf(session());
    const response = await updateSession(asking("/profile?tab=2", cookies), open);
    expect(changed(response)).toEqual({ removed: [], written: [] });
    expect(response.headers.get("x-middleware-request-x-requested-path")).toBe("/profile?tab=2");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
  });

  test("is renewed for the browser and for this very request", async () => {
    logto.refreshTokens.mockResolvedValue(renewed());
    const cookies = await cookiesOf(expiring());
    const response = await updateSession(asking("/", cookies, { headers: fetching }), open);
    expect(changed(response)).toEqual({ removed: [], written: [sessionCookieName()] });
    expect(await sessionBehind(response, cookies)).toMatchObject({
      accessToken: "new",
      refreshToken: "rotated",
    });
    expect(response.headers.get("cache-control")).toBe("private, no-store");
  });

  test("through an outage of Logto is left as it is", async () => {
    logto.refreshTokens.mockRejectedValue(new LogtoError("unavailable", "no answer"));
    const cookies = await cookiesOf(expiring());
    const response = await updateSession(asking("/profile", cookies), open);
    expect(changed(response)).toEqual({ removed: [], written: [] });
    expect(handedOn(response, cookies)).toEqual(cookies);
  });
});

/** What Logto answers to a renewal. */
const renewed = () => ({
  accessToken: "new",
  expiresIn: 3600,
  refreshToken: "rotated",
  scopes: [],
  claims: undefined,
});

test("a renewal changes no cookie of the request but the session's", async () => {
  logto.refreshTokens.mockResolvedValue(renewed());
  const [{ name, value } = { name: "", value: "" }] = await cookiesOf(expiring());
  const request = asking("/", [], {
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
  const fresh = { sessionId: expect.any(String), accessToken: "new", refreshToken: "rotated" };
  const behind = (response: Response) => {
    const cookies = (overridden(response, "cookie") ?? "").split("; ").map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      return { name, value };
    });
    return decodeSession(joinChunks(cookies) ?? "", variables.AUTH_SECRET, sessionCookieName());
  };

  beforeEach(() => {
    logto.refreshTokens.mockResolvedValue(renewed());
  });

  test("the page gets the renewed session and the locale, and the browser the cookies of both", async () => {
    const response = await middleware(asking("/de/profil?tab=4", await cookiesOf(expiring())));
    expect(await behind(response)).toMatchObject(fresh);
    expect(overridden(response, "x-next-intl-locale")).toBe("de");
    expect(overridden(response, "x-requested-path")).toBe("/de/profil?tab=4");
    expect(overridden(response, "sec-fetch-mode")).toBe("navigate");
    expect(response.headers.get("x-middleware-rewrite")).toBe(
      "https://app.example/de/profile?tab=4",
    );
    expect(response.headers.get("link")).toContain("alternate");
    expect(changed(response).written.sort()).toEqual(["NEXT_LOCALE", sessionCookieName()]);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
  });

  test("a redirect takes the renewed cookie along", async () => {
    const response = await middleware(asking("/about", await cookiesOf(expiring())));
    expect([response.status, response.headers.get("location")]).toEqual([
      307,
      "https://app.example/en/about",
    ]);
    expect(changed(response).written).toEqual([sessionCookieName()]);
    expect(response.headers.get("x-middleware-override-headers")).toBeNull();
  });

  test.each([
    ["nothing of the request", () => NextResponse.next()],
    ["a rewrite alone", () => NextResponse.rewrite("https://app.example/de/start")],
    [
      "headers of its own",
      () =>
        NextResponse.next({
          request: { headers: new Headers({ "x-locale": "de", cookie: "theme=a" }) },
        }),
    ],
  ])("one that hands on %s keeps no change from the page", async (_, respond) => {
    const request = asking("/start", await cookiesOf(expiring()));
    const response = await updateSession(request, open, respond);
    expect(await behind(response)).toMatchObject(fresh);
    expect(overridden(response, "x-requested-path")).toBe("/start");
  });

  test("leaves the other's cookies as it wrote them", async () => {
    const lines = ["a=1; Path=/de; Partitioned", "a=1; Path=/", "malformed"];
    const response = await updateSession(asking("/", await cookiesOf(expiring())), open, () => {
      const answer = NextResponse.next();
      for (const line of lines) answer.headers.append("set-cookie", line);
      return answer;
    });
    expect(response.headers.getSetCookie().slice(0, 3)).toEqual(lines);
    expect(response.headers.getSetCookie()).toHaveLength(4);
  });

  test("gives the other the request as it is from here on, and leaves its body to the route", async () => {
    const seen: Record<string, unknown> = {};
    const request = new NextRequest("https://app.example/de?x=1", {
      method: "POST",
      body: "text",
      headers: {
        cookie: (await cookiesOf(expiring())).map(({ name, value }) => `${name}=${value}`).join(),
      },
    });
    await updateSession(request, open, async (given) => {
      const value = given.cookies.get(sessionCookieName())?.value ?? "";
      const session = await decodeSession(value, variables.AUTH_SECRET, sessionCookieName());
      const { nextUrl, method } = given;
      Object.assign(seen, { session, path: nextUrl.pathname + nextUrl.search, method });
      return Response.json({});
    });
    expect(seen).toMatchObject({ session: fresh, path: "/de?x=1", method: "POST" });
    expect(await request.text()).toBe("text");
  });

  test("a plain answer of the other passes", async () => {
    const response = await updateSession(
      asking("/", []),
      open,
      () => new Response("gone", { status: 410 }),
    );
    expect([response.status, await response.text()]).toEqual([410, "gone"]);
  });

  test("who has no session is sent to the locale's sign-in page and back to the locale's page", async () => {
    const response = await middleware(asking("/de/profile?tab=4", []));
    expect(response.headers.get("location")).toBe(
      "https://app.example/de/sign-in?callbackUrl=%2Fde%2Fprofile%3Ftab%3D4",
    );
    expect(response.headers.get("set-cookie")).toBeNull();
  });
});

describe.each(sizes)("a session in %s whose grant Logto has ended", (_, size) => {
  const over = () => cookiesOf(expiring(size));
  const names = (cookies: Cookies) => cookies.map(({ name }) => name);

  test("sends a page load of a protected page to sign in and back, and removes the cookies", async () => {
    const cookies = await over();
    const response = await updateSession(asking("/profile?tab=2", cookies), open);
    expect(response.status).toBe(307);
    expect(response.headers.get("location")).toBe(
      "https://app.example/sign-in?error=SessionEnded&callbackUrl=%2Fprofile%3Ftab%3D2",
    );
    expect(changed(response)).toEqual({ removed: names(cookies), written: [] });
    expect(response.headers.get("cache-control")).toBe("private, no-store");
  });

  test("answers 401 to a fetch of a protected page, and removes no cookie", async () => {
    const response = await updateSession(
      asking("/profile", await over(), { headers: fetching }),
      open,
    );
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Session");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(await response.json()).toMatchObject({ error: "session_ended" });
    expect(changed(response)).toEqual({ removed: [], written: [] });
  });

  test.each([
    ["a page load", {}, true],
    ["a fetch", { headers: fetching }, false],
    ["a form", { method: "POST" }, true],
    ["a server action", { method: "POST", headers: fetching }, false],
  ])("goes on to an open page by %s, which is told of the end", async (__, how, isRemoved) => {
    const cookies = await over();
    const response = await updateSession(asking("/", cookies, how), open);
    const behind = await sessionBehind(response, cookies);
    expect(behind).toMatchObject({ subject: "k3v9t2m8qx1a", endedAt: expect.any(Number) });
    expect(changed(response)).toEqual({ removed: isRemoved ? names(cookies) : [], written: [] });
  });

  test("hands on no token and no claim but the subject", async () => {
    const cookies = await over();
    const behind = await sessionBehind(await updateSession(asking("/", cookies), open), cookies);
    expect(behind?.claims).toEqual({ sub: "k3v9t2m8qx1a" });
    expect([behind?.accessToken, behind?.refreshToken]).toEqual([undefined, undefined]);
  });

  test("keeps every other cookie of the request", async () => {
    const cookies = [{ name: "theme", value: "a=b c" }, ...(await over())];
    const encoded = cookies.map(({ name, value }) => ({ name, value: encodeURIComponent(value) }));
    const response = await updateSession(asking("/", encoded), open);
    expect(handedOn(response, cookies)).toContainEqual({ name: "theme", value: "a=b c" });
    expect(changed(response).removed).not.toContain("theme");
  });

  test("is asked for once, and is over for later requests with the same cookie", async () => {
    const cookies = await over();
    await updateSession(asking("/profile", cookies, { headers: fetching }), open);
    const response = await updateSession(asking("/profile", cookies), open);
    expect(response.headers.get("location")).toContain("error=SessionEnded");
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });
});

test("the end is told to a page whose own guard asks, though the browser is to drop the cookie", async () => {
  const cookies = await cookiesOf(expiring());
  const seen = seenByPage(await updateSession(asking("/guarded", cookies), open), cookies);
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
    ["there is none", none, "/sign-in?callbackUrl=%2Fprofile"],
    [
      "there is none that can be read",
      unreadable,
      "/sign-in?error=SessionUnreadable&callbackUrl=%2Fprofile",
    ],
  ])("a protected page leads to sign in, saying why: %s", async (_, cookies, location) => {
    const response = await updateSession(asking("/profile", cookies), open);
    expect([response.status, response.headers.get("location")]).toEqual([
      307,
      `https://app.example${location}`,
    ]);
    expect(changed(response).removed).toEqual(cookies.map(({ name }) => name));
  });

  test("a cookie that can't be read is hidden from an open page, and removed", async () => {
    const response = await updateSession(asking("/", unreadable), open);
    expect(joinChunks(handedOn(response, unreadable))).toBeUndefined();
    expect(changed(response)).toEqual({ removed: ["authjs.session-token"], written: [] });
  });

  test("a cookie of another app stays, and is not explained", async () => {
    const value = await encodeSession(session(), ["o".repeat(40)], sessionCookieName());
    for (const foreign of [value, "a".repeat(43)]) {
      const cookies = [{ name: sessionCookieName(), value: foreign }];
      const turnedAway = await updateSession(asking("/profile", cookies), open);
      expect(turnedAway.headers.get("location")).toBe(
        "https://app.example/sign-in?callbackUrl=%2Fprofile",
      );
      const passed = await updateSession(asking("/", cookies), open);
      expect(handedOn(passed, cookies)).toEqual(cookies);
      for (const response of [turnedAway, passed])
        expect(changed(response)).toEqual({ removed: [], written: [] });
    }
  });

  test("a cookie that can't be read is removed by no fetch, which may be later than a sign-in", async () => {
    const response = await updateSession(asking("/", unreadable, { headers: fetching }), open);
    expect(changed(response)).toEqual({ removed: [], written: [] });
  });

  test("an open page passes, and may be kept by any cache", async () => {
    const response = await updateSession(asking("/", none), open);
    expect(handedOn(response, none)).toEqual([]);
    expect(response.headers.get("cache-control")).toBeNull();
  });

  test("a closed site answers 401 to what is no page", async () => {
    const closed = allBut(["/sign-in"]);
    const response = await updateSession(
      asking("/api/products", none, { headers: fetching }),
      closed,
    );
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: "signed_out" });
  });
});

describe("where sessions are rows", () => {
  const cookies: Cookies = [{ name: "authjs.session-token", value: crypto.randomUUID() }];
  const closed = allBut(["/sign-in"]);

  beforeEach(() => {
    variables.AUTH_SESSION_STRATEGY = "database";
  });

  async function rowOf(token: Session, changes: object = {}): Promise<object> {
    const { sessionId, subject: userId, startedAt } = token;
    return {
      sessionId,
      userId,
      logtoSessionId: null,
      startedAt: new Date(startedAt * 1000),
      authenticatedAt: null,
      lastSeenAt: new Date(),
      ...(await toColumns(token)),
      ...changes,
    };
  }
  const ended = () => rowOf(session(), { endedAt: new Date(), sealedTokens: null });

  describe("an open site", () => {
    test.each(["/", "/profile"])("asks no database at %s: the guards do", async (path) => {
      const response = await updateSession(asking(path, cookies), open);
      expect(handedOn(response, cookies)).toEqual(cookies);
      expect(findUnique).not.toHaveBeenCalled();
    });

    test("sends somebody without a cookie away, and asks no database", async () => {
      const response = await updateSession(asking("/profile", []), open);
      expect(response.headers.get("location")).toBe(
        "https://app.example/sign-in?callbackUrl=%2Fprofile",
      );
      expect(findUnique).not.toHaveBeenCalled();
    });
  });

  describe("a closed site", () => {
    test("lets a session in whose row is there, by one query", async () => {
      findUnique.mockResolvedValue(await rowOf(session()));
      const response = await updateSession(asking("/reports", cookies), closed);
      expect(handedOn(response, cookies)).toEqual(cookies);
      expect(findUnique).toHaveBeenCalledTimes(1);
    });

    test("asks no database for what is public", async () => {
      await updateSession(asking("/sign-in", cookies), closed);
      expect(findUnique).not.toHaveBeenCalled();
    });

    const times: [string, () => Promise<object | null>, string][] = [
      ["whose cookie is made up", async () => null, "/sign-in?callbackUrl=%2Freports"],
      ["whose grant Logto has ended", ended, "/sign-in?error=SessionEnded&callbackUrl=%2Freports"],
      [
        "whose time is over",
        () => rowOf(session(), { expires: new Date(1_000_000_000_000) }),
        "/sign-in?callbackUrl=%2Freports",
      ],
    ];
    test.each(times)("sends a session away %s", async (_, row, location) => {
      findUnique.mockResolvedValue(await row());
      const response = await updateSession(asking("/reports", cookies), closed);
      expect([response.status, response.headers.get("location")]).toEqual([
        307,
        `https://app.example${location}`,
      ]);
    });

    test("answers 401 to a fetch whose session Logto has ended", async () => {
      findUnique.mockResolvedValue(await ended());
      const response = await updateSession(
        asking("/reports", cookies, { headers: fetching }),
        closed,
      );
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: "session_ended" });
    });

    test("lets nobody in while the database does not answer, and says so", async () => {
      findUnique.mockRejectedValue(new DatabaseError("no answer"));
      const response = await updateSession(asking("/reports", cookies), closed);
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("5");
      expect(response.headers.get("cache-control")).toBe("private, no-store");
      expect(await response.json()).toMatchObject({ error: "database_unavailable" });
      expect(changed(response)).toEqual({ removed: [], written: [] });
    });
  });
});
