import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LogtoError, type LogtoErrorCode } from "@/lib/logto/errors";
import type { TokenResponse, TokenTarget } from "@/lib/logto/tokens";
import { getAccessToken } from "@/lib/session/access-token";
import type { SessionErrorCode } from "@/lib/session/model/error-messages";
import { endSession } from "@/lib/session/lifecycle/ending";
import { sessionStatus } from "@/lib/session/lifecycle/session-status";
import { toTombstone, type Session } from "@/lib/session/model/session";
import { variables } from "./environment";
import { requestWith } from "./request";
import { expiring, session } from "./sessions";

const [api = "", otherApi = ""] = variables.LOGTO_RESOURCES;
const acme = "r6f1s9e4ok2m";

const logto = vi.hoisted(() => ({ refreshTokens: vi.fn(), revokeGrant: vi.fn() }));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => import("./environment"));

/**
 * A token response like Logto's. It repeats the refresh token, and its access token names the
 * refresh token, the resource and the organization that it was issued for.
 */
function tokenResponse(
  refreshToken: string,
  { resource = "", organizationId = "" }: TokenTarget = {},
  changes: Partial<TokenResponse> = {},
): TokenResponse {
  const accessToken = `access of ${refreshToken} for ${resource}|${organizationId}`;
  return {
    accessToken,
    expiresIn: 3600,
    refreshToken,
    scopes: ["read"],
    claims: undefined,
    ...changes,
  };
}

function respond(changes: Partial<TokenResponse> = {}): void {
  logto.refreshTokens.mockImplementation(
    async (_client: unknown, refreshToken: string, _subject: string, target?: TokenTarget) =>
      tokenResponse(refreshToken, target, changes),
  );
}

const failWith = (code: LogtoErrorCode) =>
  logto.refreshTokens.mockRejectedValue(new LogtoError(code, code));
const tokenFor = async (token: Session, target?: Parameters<typeof getAccessToken>[0]) =>
  (await requestWith(token)).run(() => getAccessToken(target));
const advance = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);
const requests = () => logto.refreshTokens.mock.calls.length;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  logto.refreshTokens.mockReset();
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
  respond();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the access token for userinfo", () => {
  test("is the session's own, without a request", async () => {
    const token = session();
    const { accessToken, expiresAt, expiresIn } = token;
    expect(await tokenFor(token)).toEqual({ accessToken, expiresAt, expiresIn, scopes: [] });
    expect(requests()).toBe(0);
  });

  test("is renewed when it is about to expire, and a handler writes the result to the cookie", async () => {
    const request = await requestWith(expiring({ refreshToken: "mine" }));
    respond({ refreshToken: "rotated" });
    const { accessToken } = await request.run(() => getAccessToken());
    expect(accessToken).toBe("access of mine for |");
    expect(await request.session()).toMatchObject({
      accessToken,
      refreshToken: "rotated",
      version: 1,
    });
  });

  test("is returned during an outage while it is still valid", async () => {
    failWith("unavailable");
    const token = expiring();
    expect((await tokenFor(token)).accessToken).toBe(token.accessToken);
  });

  test("is unavailable during an outage once it has expired", async () => {
    failWith("unavailable");
    await expect(tokenFor(expiring({ expiresAt: 1 }))).rejects.toMatchObject({
      code: "provider_unavailable",
    });
  });

  test("cannot be renewed without a refresh token once it has expired", async () => {
    const token = session({ expiresAt: 1, refreshToken: undefined });
    await expect(tokenFor(token)).rejects.toMatchObject({ code: "no_refresh_token", status: 403 });
    expect(requests()).toBe(0);
  });
});

describe("an access token for a resource or an organization", () => {
  test.each([
    ["an API resource", { resource: api }],
    ["an organization", { organizationId: acme }],
    ["an API resource within an organization", { resource: api, organizationId: acme }],
  ])("is exchanged for %s, and comes with its scopes and expiry", async (_, target) => {
    const token = session({ refreshToken: "mine" });
    expect(await tokenFor(token, target)).toEqual({
      accessToken: tokenResponse("mine", target).accessToken,
      expiresIn: 3600,
      expiresAt: Math.floor(Date.now() / 1000) + 3600,
      scopes: ["read"],
    });
    expect(logto.refreshTokens).toHaveBeenCalledExactlyOnceWith(
      { issuer: "https://logto.test/oidc", clientId: "app", clientSecret: "secret" },
      "mine",
      token.subject,
      target,
    );
  });

  test("is cached separately for each resource and organization", async () => {
    const token = session();
    const targets = [
      { resource: api },
      { resource: otherApi },
      { organizationId: acme },
      { resource: api, organizationId: acme },
      { organizationId: api },
    ];
    const first = await Promise.all(targets.map((target) => tokenFor(token, target)));
    expect(new Set(first.map(({ accessToken }) => accessToken)).size).toBe(targets.length);
    expect(await Promise.all(targets.map((target) => tokenFor(token, target)))).toEqual(first);
    expect(requests()).toBe(targets.length);
  });

  test("is an error, without a request, if the resource is not configured", async () => {
    const pending = tokenFor(session(), { resource: "https://foreign.example.com/api" });
    await expect(pending).rejects.toMatchObject({ code: "resource_not_configured", status: 500 });
    await expect(tokenFor(session(), { resource: `${api}/` })).rejects.toMatchObject({
      code: "resource_not_configured",
    });
    expect(requests()).toBe(0);
  });

  test("is cached until 60 s before it expires", async () => {
    const token = session();
    const first = await tokenFor(token, { resource: api });
    advance(3600 - 61);
    expect(await tokenFor(token, { resource: api })).toBe(first);
    expect(requests()).toBe(1);
    advance(1);
    expect((await tokenFor(token, { resource: api })).expiresAt).toBe(first.expiresAt + 3540);
    expect(requests()).toBe(2);
  });

  test("is cached for three quarters of a short lifetime", async () => {
    respond({ expiresIn: 100 });
    const token = session();
    await tokenFor(token, { resource: api });
    advance(74);
    await tokenFor(token, { resource: api });
    expect(requests()).toBe(1);
    advance(1);
    await tokenFor(token, { resource: api });
    expect(requests()).toBe(2);
  });

  test("is exchanged once for 50 parallel calls, from one request or from several", async () => {
    const token = session();
    const request = await requestWith(token);
    const pending = Array.from({ length: 50 }, (_, index) =>
      index % 2
        ? tokenFor({ ...token }, { resource: api })
        : request.run(() => getAccessToken({ resource: api })),
    );
    expect(new Set(await Promise.all(pending)).size).toBe(1);
    expect(requests()).toBe(1);
  });

  test("is never shared: sessions that request one resource in parallel each get their own token", async () => {
    const sessions = ["one", "two"].map((refreshToken) => session({ refreshToken }));
    const otherUser = session({ subject: "p7c4w1n6zr5b", refreshToken: "three" });
    const pending = Array.from({ length: 5 }, () => [...sessions, otherUser])
      .flat()
      .map(async (token) => [
        token.refreshToken,
        (await tokenFor(token, { resource: api, organizationId: acme })).accessToken,
      ]);
    for (const [refreshToken, accessToken] of await Promise.all(pending))
      expect(accessToken).toBe(`access of ${refreshToken ?? ""} for ${api}|${acme}`);
    expect(requests()).toBe(3);
  });

  test("is cached only with the 100 most recently used ones of its session", async () => {
    const token = session();
    const ids = Array.from({ length: 101 }, (_, index) => `organization${String(index)}`);
    for (const organizationId of ids) await tokenFor(token, { organizationId });
    expect(requests()).toBe(101);
    await tokenFor(token, { organizationId: "organization100" });
    await tokenFor(token, { organizationId: "organization1" });
    expect(requests()).toBe(101);
    await tokenFor(token, { organizationId: "organization0" });
    expect(requests()).toBe(102);
  });

  test("is no longer returned after the session was signed out", async () => {
    const token = session();
    await tokenFor(token, { resource: api });
    await endSession(token, "signed out");
    await expect(tokenFor(token, { resource: api })).rejects.toMatchObject({
      code: "signed_out",
      status: 401,
    });
    expect(requests()).toBe(1);
  });
});

describe("a refresh token rotated by an exchange", () => {
  beforeEach(() => {
    respond({ refreshToken: "rotated" });
  });

  test("is written to the cookie in a handler or action", async () => {
    const token = session({ refreshToken: "mine" });
    const request = await requestWith(token);
    await request.run(() => getAccessToken({ resource: api }));
    expect(await request.session()).toMatchObject({
      sessionId: token.sessionId,
      refreshToken: "rotated",
      version: 1,
      accessToken: token.accessToken,
    });
  });

  test("stays in memory after a page, which cannot write it, until the next handler writes it", async () => {
    const token = session({ refreshToken: "mine" });
    const page = await requestWith(token, { isPage: true });
    await page.run(() => getAccessToken({ resource: api }));
    expect(await page.session()).toMatchObject({ refreshToken: "mine" });
    expect(sessionStatus(token)).toMatchObject({
      session: { refreshToken: "rotated", version: 1 },
    });

    const handler = await requestWith({ ...token });
    await handler.run(() => getAccessToken({ resource: api }));
    expect(await handler.session()).toMatchObject({ refreshToken: "rotated" });
    expect(requests()).toBe(1);
  });

  test("is used by the next exchange, even within the same request", async () => {
    const request = await requestWith(session({ refreshToken: "mine" }), { isPage: true });
    await request.run(() =>
      Promise.all([getAccessToken({ resource: api }), getAccessToken({ resource: otherApi })]),
    );
    expect(logto.refreshTokens.mock.calls.map((call: unknown[]) => call[1])).toEqual([
      "mine",
      "rotated",
    ]);
  });
});

test("an exchange without rotation leaves the cookie unchanged", async () => {
  const request = await requestWith(session());
  const before = new Map(request.jar);
  await request.run(() => getAccessToken({ resource: api }));
  expect(request.jar).toEqual(before);
});

describe("an exchange that fails", () => {
  const codes: Record<LogtoErrorCode, SessionErrorCode> = {
    invalid_grant: "session_ended",
    invalid_client: "provider_refused",
    invalid_target: "resource_not_configured",
    access_denied: "not_a_member",
    insufficient_scope: "scope_missing",
    invalid_token: "session_ended",
    unavailable: "provider_unavailable",
    rejected: "provider_refused",
  };
  const rows = Object.entries(codes).map(([code, expected]) => ({ code, expected }));

  test.each(rows)("with $code from Logto throws $expected", async ({ code, expected }) => {
    const error = new LogtoError(logtoErrorCode(code), "Logto's words");
    logto.refreshTokens.mockRejectedValue(error);
    await expect(tokenFor(session(), { resource: api })).rejects.toMatchObject({
      name: "SessionError",
      code: expected,
      message: "Logto's words",
    });
  });

  const logtoErrorCode = (code: string) => {
    const found = Object.keys(codes).find((each): each is LogtoErrorCode => each === code);
    if (!found) throw new Error(code);
    return found;
  };

  test("because the grant was rejected ends the session for every request", async () => {
    failWith("invalid_grant");
    const token = session();
    await expect(tokenFor(token, { resource: api })).rejects.toMatchObject({
      code: "session_ended",
      status: 401,
    });
    await expect(tokenFor(token)).rejects.toMatchObject({ code: "session_ended" });
    expect(requests()).toBe(1);
  });

  test("because of an outage falls back to the cached token until that expires", async () => {
    const token = session();
    const first = await tokenFor(token, { resource: api });
    failWith("unavailable");
    advance(3599);
    expect(await tokenFor(token, { resource: api })).toBe(first);
    expect(requests()).toBe(2);
    advance(1);
    await expect(tokenFor(token, { resource: api })).rejects.toMatchObject({
      code: "provider_unavailable",
    });
  });

  test("because Logto rejected the request throws, even if the cached token is still valid", async () => {
    const token = session();
    await tokenFor(token, { organizationId: acme });
    failWith("access_denied");
    advance(3599);
    await expect(tokenFor(token, { organizationId: acme })).rejects.toMatchObject({
      code: "not_a_member",
    });
  });

  test("is not retried immediately during an outage", async () => {
    failWith("unavailable");
    const token = session();
    for (let time = 0; time < 5; time += 1)
      await expect(tokenFor(token, { resource: api })).rejects.toMatchObject({
        code: "provider_unavailable",
      });
    expect(requests()).toBe(1);
    respond();
    advance(1);
    expect((await tokenFor(token, { resource: api })).scopes).toEqual(["read"]);
  });

  test("is retried for a user who has become a member in the meantime", async () => {
    failWith("access_denied");
    const token = session();
    await expect(tokenFor(token, { organizationId: acme })).rejects.toMatchObject({
      code: "not_a_member",
    });
    respond();
    expect((await tokenFor(token, { organizationId: acme })).scopes).toEqual(["read"]);
  });

  test("for one resource does not block another resource", async () => {
    failWith("unavailable");
    const token = session();
    await expect(tokenFor(token, { resource: api })).rejects.toThrow();
    respond();
    expect((await tokenFor(token, { resource: otherApi })).scopes).toEqual(["read"]);
  });
});

test("a session without a refresh token cannot exchange it", async () => {
  const pending = tokenFor(session({ refreshToken: undefined }), { resource: api });
  await expect(pending).rejects.toMatchObject({ code: "no_refresh_token", status: 403 });
  expect(requests()).toBe(0);
});

test("without a session there is no access token, and the error is signed_out", async () => {
  const request = await requestWith();
  await expect(request.run(() => getAccessToken())).rejects.toMatchObject({
    code: "signed_out",
    status: 401,
  });
});

test("a request with a tombstone from middleware fails with session_ended", async () => {
  await expect(tokenFor(toTombstone(session()), { resource: api })).rejects.toMatchObject({
    code: "session_ended",
    status: 401,
  });
  expect(requests()).toBe(0);
});
