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
 * Answers as Logto does: with the same refresh token, and an access token that tells whose it is
 * and what for.
 */
function answer(
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

function answers(changes: Partial<TokenResponse> = {}): void {
  logto.refreshTokens.mockImplementation(
    async (_client: unknown, refreshToken: string, _subject: string, target?: TokenTarget) =>
      answer(refreshToken, target, changes),
  );
}

const fails = (code: LogtoErrorCode) =>
  logto.refreshTokens.mockRejectedValue(new LogtoError(code, code));
const ask = async (token: Session, target?: Parameters<typeof getAccessToken>[0]) =>
  (await requestWith(token)).run(() => getAccessToken(target));
const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);
const requests = () => logto.refreshTokens.mock.calls.length;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  logto.refreshTokens.mockReset();
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
  answers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("the access token for userinfo", () => {
  test("is the session's own, without a request", async () => {
    const token = session();
    const { accessToken, expiresAt, expiresIn } = token;
    expect(await ask(token)).toEqual({ accessToken, expiresAt, expiresIn, scopes: [] });
    expect(requests()).toBe(0);
  });

  test("is renewed when it is about to expire, and the handler's cookie has what came back", async () => {
    const request = await requestWith(expiring({ refreshToken: "mine" }));
    answers({ refreshToken: "rotated" });
    const { accessToken } = await request.run(() => getAccessToken());
    expect(accessToken).toBe("access of mine for |");
    expect(await request.session()).toMatchObject({
      accessToken,
      refreshToken: "rotated",
      version: 1,
    });
  });

  test("still serves through an outage while it is valid", async () => {
    fails("unavailable");
    const token = expiring();
    expect((await ask(token)).accessToken).toBe(token.accessToken);
  });

  test("can't be had through an outage once it is over", async () => {
    fails("unavailable");
    await expect(ask(expiring({ expiresAt: 1 }))).rejects.toMatchObject({
      code: "provider_unavailable",
    });
  });

  test("can't be had without a refresh token once it is over", async () => {
    const token = session({ expiresAt: 1, refreshToken: undefined });
    await expect(ask(token)).rejects.toMatchObject({ code: "no_refresh_token", status: 403 });
    expect(requests()).toBe(0);
  });
});

describe("an access token for something else", () => {
  test.each([
    ["an API resource", { resource: api }],
    ["an organization", { organizationId: acme }],
    ["an API resource within an organization", { resource: api, organizationId: acme }],
  ])("is exchanged for %s, with its permissions and end", async (_, target) => {
    const token = session({ refreshToken: "mine" });
    expect(await ask(token, target)).toEqual({
      accessToken: answer("mine", target).accessToken,
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

  test("is kept apart for each resource and organization", async () => {
    const token = session();
    const targets = [
      { resource: api },
      { resource: otherApi },
      { organizationId: acme },
      { resource: api, organizationId: acme },
      { organizationId: api },
    ];
    const first = await Promise.all(targets.map((target) => ask(token, target)));
    expect(new Set(first.map(({ accessToken }) => accessToken)).size).toBe(targets.length);
    expect(await Promise.all(targets.map((target) => ask(token, target)))).toEqual(first);
    expect(requests()).toBe(targets.length);
  });

  test("is refused without any request where the resource is not configured", async () => {
    const asked = ask(session(), { resource: "https://foreign.example.com/api" });
    await expect(asked).rejects.toMatchObject({ code: "resource_not_configured", status: 500 });
    await expect(ask(session(), { resource: `${api}/` })).rejects.toMatchObject({
      code: "resource_not_configured",
    });
    expect(requests()).toBe(0);
  });

  test("is kept until a minute before its end", async () => {
    const token = session();
    const first = await ask(token, { resource: api });
    pass(3600 - 61);
    expect(await ask(token, { resource: api })).toBe(first);
    expect(requests()).toBe(1);
    pass(1);
    expect((await ask(token, { resource: api })).expiresAt).toBe(first.expiresAt + 3540);
    expect(requests()).toBe(2);
  });

  test("is kept for three quarters of a short life", async () => {
    answers({ expiresIn: 100 });
    const token = session();
    await ask(token, { resource: api });
    pass(74);
    await ask(token, { resource: api });
    expect(requests()).toBe(1);
    pass(1);
    await ask(token, { resource: api });
    expect(requests()).toBe(2);
  });

  test("is exchanged once for fifty who ask at a time, in one request or in many", async () => {
    const token = session();
    const request = await requestWith(token);
    const asked = Array.from({ length: 50 }, (_, index) =>
      index % 2
        ? ask({ ...token }, { resource: api })
        : request.run(() => getAccessToken({ resource: api })),
    );
    expect(new Set(await Promise.all(asked)).size).toBe(1);
    expect(requests()).toBe(1);
  });

  test("is nobody else's: two sessions that ask at a time for one resource get each their own", async () => {
    const sessions = ["one", "two"].map((refreshToken) => session({ refreshToken }));
    const others = session({ subject: "p7c4w1n6zr5b", refreshToken: "three" });
    const asked = Array.from({ length: 5 }, () => [...sessions, others])
      .flat()
      .map(async (token) => [
        token.refreshToken,
        (await ask(token, { resource: api, organizationId: acme })).accessToken,
      ]);
    for (const [refreshToken, accessToken] of await Promise.all(asked))
      expect(accessToken).toBe(`access of ${refreshToken ?? ""} for ${api}|${acme}`);
    expect(requests()).toBe(3);
  });

  test("makes no more than a hundred be kept for one session, those that were used last", async () => {
    const token = session();
    const ids = Array.from({ length: 101 }, (_, index) => `organization${String(index)}`);
    for (const organizationId of ids) await ask(token, { organizationId });
    expect(requests()).toBe(101);
    await ask(token, { organizationId: "organization100" });
    await ask(token, { organizationId: "organization1" });
    expect(requests()).toBe(101);
    await ask(token, { organizationId: "organization0" });
    expect(requests()).toBe(102);
  });

  test("is not kept beyond the session: after a sign-out there is none", async () => {
    const token = session();
    await ask(token, { resource: api });
    await endSession(token, "signed out");
    await expect(ask(token, { resource: api })).rejects.toMatchObject({
      code: "signed_out",
      status: 401,
    });
    expect(requests()).toBe(1);
  });
});

describe("a refresh token that an exchange rotated", () => {
  beforeEach(() => {
    answers({ refreshToken: "rotated" });
  });

  test("is written to the cookie by a handler or action", async () => {
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

  test("is kept where a page can't write it, and written by the next handler", async () => {
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

  test("is what the next exchange uses, in the same request already", async () => {
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

test("an exchange that rotates nothing leaves the cookie as it is", async () => {
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

  test.each(rows)("with Logto's $code says $expected", async ({ code, expected }) => {
    const error = new LogtoError(logtoErrorCode(code), "Logto's words");
    logto.refreshTokens.mockRejectedValue(error);
    await expect(ask(session(), { resource: api })).rejects.toMatchObject({
      name: "SessionError",
      code: expected,
      message: "Logto's words",
    });
  });

  const logtoErrorCode = (code: string) => {
    const known = Object.keys(codes).find((each): each is LogtoErrorCode => each === code);
    if (!known) throw new Error(code);
    return known;
  };

  test("by a refused grant ends the session for every request", async () => {
    fails("invalid_grant");
    const token = session();
    await expect(ask(token, { resource: api })).rejects.toMatchObject({
      code: "session_ended",
      status: 401,
    });
    await expect(ask(token)).rejects.toMatchObject({ code: "session_ended" });
    expect(requests()).toBe(1);
  });

  test("by an outage leaves the kept token to serve until its end, and no longer", async () => {
    const token = session();
    const first = await ask(token, { resource: api });
    fails("unavailable");
    pass(3599);
    expect(await ask(token, { resource: api })).toBe(first);
    expect(requests()).toBe(2);
    pass(1);
    await expect(ask(token, { resource: api })).rejects.toMatchObject({
      code: "provider_unavailable",
    });
  });

  test("by a refusal is told, though the kept token were still valid", async () => {
    const token = session();
    await ask(token, { organizationId: acme });
    fails("access_denied");
    pass(3599);
    await expect(ask(token, { organizationId: acme })).rejects.toMatchObject({
      code: "not_a_member",
    });
  });

  test("is not asked again at once in an outage", async () => {
    fails("unavailable");
    const token = session();
    for (let time = 0; time < 5; time += 1)
      await expect(ask(token, { resource: api })).rejects.toMatchObject({
        code: "provider_unavailable",
      });
    expect(requests()).toBe(1);
    answers();
    pass(1);
    expect((await ask(token, { resource: api })).scopes).toEqual(["read"]);
  });

  test("keeps nobody out who became a member since", async () => {
    fails("access_denied");
    const token = session();
    await expect(ask(token, { organizationId: acme })).rejects.toMatchObject({
      code: "not_a_member",
    });
    answers();
    expect((await ask(token, { organizationId: acme })).scopes).toEqual(["read"]);
  });

  test("for one resource does not hold up another", async () => {
    fails("unavailable");
    const token = session();
    await expect(ask(token, { resource: api })).rejects.toThrow();
    answers();
    expect((await ask(token, { resource: otherApi })).scopes).toEqual(["read"]);
  });
});

test("a session without a refresh token has nothing to exchange", async () => {
  const asked = ask(session({ refreshToken: undefined }), { resource: api });
  await expect(asked).rejects.toMatchObject({ code: "no_refresh_token", status: 403 });
  expect(requests()).toBe(0);
});

test("without a session there is no access token", async () => {
  const request = await requestWith();
  await expect(request.run(() => getAccessToken())).rejects.toMatchObject({
    code: "signed_out",
    status: 401,
  });
});

test("a request whose session middleware found ended is told so", async () => {
  await expect(ask(toTombstone(session()), { resource: api })).rejects.toMatchObject({
    code: "session_ended",
    status: 401,
  });
  expect(requests()).toBe(0);
});
