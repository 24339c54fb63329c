import "./mock-request";
import { beforeEach, describe, expect, test } from "vitest";
import { LogtoError, type LogtoErrorCode } from "@/lib/logto/errors";
import type { TokenResponse, TokenTarget } from "@/lib/logto/tokens";
import { getAccessToken } from "@/lib/session/access-token";
import type { SessionErrorCode } from "@/lib/session/model/error-messages";
import { endSession } from "@/lib/session/lifecycle/ending";
import { sessionStatus } from "@/lib/session/lifecycle/session-status";
import { toTombstone, type Session } from "@/lib/session/model/session";
import { advance, fakeDate, seconds } from "./clock";
import { codeOf } from "./code-of";
import { variables } from "./environment";
import { refreshTokens } from "./mocks";
import { requestWith } from "./request";
import { expiring, session, subject, tokenResponse } from "./sessions";

const [api = "", otherApi = ""] = variables.LOGTO_RESOURCES;
const acme = "r6f1s9e4ok2m";
const forApi = { resource: api };
const forAcme = { organizationId: acme };

/** Names the refresh token, the resource and the organization that an access token is for. */
const nameOf = (refreshToken = "", { resource = "", organizationId = "" }: TokenTarget = {}) =>
  `access of ${refreshToken} for ${resource}|${organizationId}`;

/** Makes Logto respond. By default it repeats the refresh token. */
const respond = (changes: Partial<TokenResponse> = {}) =>
  refreshTokens.mockImplementation(
    async (_client: unknown, refreshToken: string, _subject: string, target?: TokenTarget) => {
      const accessToken = nameOf(refreshToken, target);
      return tokenResponse({ accessToken, refreshToken, scopes: ["read"], ...changes });
    },
  );

const failWith = (code: LogtoErrorCode) =>
  refreshTokens.mockRejectedValue(new LogtoError(code, "Logto's words"));
const tokenFor = async (token: Session, target?: Parameters<typeof getAccessToken>[0]) =>
  (await requestWith(token)).run(() => getAccessToken(target));
const errorFor = (...parameters: Parameters<typeof tokenFor>) => codeOf(tokenFor(...parameters));
const requests = () => refreshTokens.mock.calls.length;

fakeDate();

beforeEach(() => void respond());

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
    expect(accessToken).toBe(nameOf("mine"));
    const written = { accessToken, refreshToken: "rotated", version: 1 };
    expect(await request.session()).toMatchObject(written);
  });

  test("is returned during an outage as long as it is valid", async () => {
    failWith("unavailable");
    const token = expiring();
    expect((await tokenFor(token)).accessToken).toBe(token.accessToken);
    expect(await errorFor(expiring({ expiresAt: 1 }))).toBe("provider_unavailable");
  });
});

describe("an access token for a resource or an organization", () => {
  test("is exchanged once for each resource and organization, and comes with scopes and expiry", async () => {
    const token = session({ refreshToken: "mine" });
    const both = { ...forApi, ...forAcme };
    const targets = [forApi, { resource: otherApi }, forAcme, both, { organizationId: api }];
    const first = await Promise.all(targets.map((target) => tokenFor(token, target)));
    const rest = { expiresIn: 3600, expiresAt: seconds() + 3600, scopes: ["read"] };
    expect(first).toEqual(
      targets.map((target) => ({ accessToken: nameOf("mine", target), ...rest })),
    );
    expect(await Promise.all(targets.map((target) => tokenFor(token, target)))).toEqual(first);
    const client = { issuer: "https://logto.test/oidc", clientId: "app", clientSecret: "secret" };
    expect(refreshTokens.mock.calls).toEqual(
      targets.map((target) => [client, "mine", subject, target]),
    );
  });

  test.each(["https://foreign.example.com/api", `${api}/`])(
    "is an error, without a request, if the resource is not configured: %s",
    async (resource) => {
      expect(await errorFor(session(), { resource })).toBe("resource_not_configured");
      expect(requests()).toBe(0);
    },
  );

  test.each([
    ["60 s before it expires", 3600, 3540],
    ["three quarters of a short lifetime are over", 100, 75],
  ])("is cached until %s", async (_, expiresIn, renewedAfter) => {
    respond({ expiresIn });
    const token = session();
    const first = await tokenFor(token, forApi);
    advance(renewedAfter - 1);
    expect(await tokenFor(token, forApi)).toBe(first);
    expect(requests()).toBe(1);
    advance(1);
    expect((await tokenFor(token, forApi)).expiresAt).toBe(first.expiresAt + renewedAfter);
  });

  test("is never shared: sessions that request one resource in parallel each get their own token", async () => {
    const sessions = ["one", "two"].map((refreshToken) => session({ refreshToken }));
    const otherUser = session({ subject: "p7c4w1n6zr5b", refreshToken: "three" });
    const all = Array.from({ length: 5 }, () => [...sessions, otherUser]).flat();
    const tokens = await Promise.all(all.map((token) => tokenFor(token, forApi)));
    expect(tokens.map(({ accessToken }) => accessToken)).toEqual(
      all.map(({ refreshToken }) => nameOf(refreshToken, forApi)),
    );
    expect(requests()).toBe(3);
  });

  test("is cached only with the 100 most recently used ones of its session", async () => {
    const token = session();
    const request = (index: number) => tokenFor(token, { organizationId: `organization${index}` });
    for (let index = 0; index <= 100; index += 1) await request(index);
    for (const index of [100, 1]) await request(index);
    expect(requests()).toBe(101);
    await request(0);
    expect(requests()).toBe(102);
  });

  test("is no longer returned after the session was signed out", async () => {
    const token = session();
    await tokenFor(token, forApi);
    await endSession(token, "signed out");
    expect(await errorFor(token, forApi)).toBe("signed_out");
    expect(requests()).toBe(1);
  });
});

describe("a refresh token rotated by an exchange", () => {
  beforeEach(() => void respond({ refreshToken: "rotated" }));

  test("is written to the cookie in a handler or action", async () => {
    const token = session({ refreshToken: "mine" });
    const request = await requestWith(token);
    await request.run(() => getAccessToken(forApi));
    const { sessionId, accessToken } = token;
    const written = { sessionId, refreshToken: "rotated", version: 1, accessToken };
    expect(await request.session()).toMatchObject(written);
  });

  test("stays in memory after a page, which cannot write it, until the next handler writes it", async () => {
    const token = session({ refreshToken: "mine" });
    const page = await requestWith(token, { isPage: true });
    await page.run(() => getAccessToken(forApi));
    expect(await page.session()).toMatchObject({ refreshToken: "mine" });
    const inMemory = { refreshToken: "rotated", version: 1 };
    expect(sessionStatus(token)).toMatchObject({ session: inMemory });

    const handler = await requestWith({ ...token });
    await handler.run(() => getAccessToken(forApi));
    expect(await handler.session()).toMatchObject({ refreshToken: "rotated" });
    expect(requests()).toBe(1);
  });
});

test("an exchange without rotation leaves the cookie unchanged", async () => {
  const request = await requestWith(session());
  const before = new Map(request.jar);
  await request.run(() => getAccessToken(forApi));
  expect(request.jar).toEqual(before);
});

describe("an exchange that fails", () => {
  test.each<[LogtoErrorCode, SessionErrorCode]>([
    ["invalid_grant", "session_ended"],
    ["invalid_client", "provider_refused"],
    ["invalid_target", "resource_not_configured"],
    ["access_denied", "not_a_member"],
    ["insufficient_scope", "scope_missing"],
    ["invalid_token", "session_ended"],
    ["unavailable", "provider_unavailable"],
    ["rejected", "provider_refused"],
  ])("with %s from Logto throws %s", async (code, expected) => {
    failWith(code);
    const error = { name: "SessionError", code: expected, message: "Logto's words" };
    await expect(tokenFor(session(), forApi)).rejects.toMatchObject(error);
  });

  test("because of an outage falls back to the cached token until that expires", async () => {
    const token = session();
    const first = await tokenFor(token, forApi);
    failWith("unavailable");
    advance(3599);
    expect(await tokenFor(token, forApi)).toBe(first);
    expect(requests()).toBe(2);
    advance(1);
    expect(await errorFor(token, forApi)).toBe("provider_unavailable");
  });

  test("because Logto rejected the request throws, even if the cached token is still valid", async () => {
    const token = session();
    await tokenFor(token, forAcme);
    failWith("access_denied");
    advance(3599);
    expect(await errorFor(token, forAcme)).toBe("not_a_member");
  });

  test("is not retried immediately during an outage, which blocks no other resource", async () => {
    failWith("unavailable");
    const token = session();
    for (let time = 0; time < 5; time += 1)
      expect(await errorFor(token, forApi)).toBe("provider_unavailable");
    expect(requests()).toBe(1);
    respond();
    expect((await tokenFor(token, { resource: otherApi })).scopes).toEqual(["read"]);
    expect(await errorFor(token, forApi)).toBe("provider_unavailable");
    advance(1);
    expect((await tokenFor(token, forApi)).scopes).toEqual(["read"]);
  });
});

describe("no access token is requested", () => {
  const withoutRefreshToken = { refreshToken: undefined };
  const expired = { ...withoutRefreshToken, expiresAt: 1 };

  test.each<[string, Session, TokenTarget | undefined, SessionErrorCode]>([
    [
      "to renew an expired one without a refresh token",
      session(expired),
      undefined,
      "no_refresh_token",
    ],
    ["without a refresh token", session(withoutRefreshToken), forApi, "no_refresh_token"],
    ["with a tombstone from middleware", toTombstone(session()), forApi, "session_ended"],
  ])("%s", async (_, token, target, code) => {
    expect(await errorFor(token, target)).toBe(code);
    expect(requests()).toBe(0);
  });

  test("without a session", async () => {
    const request = await requestWith();
    expect(await codeOf(request.run(() => getAccessToken()))).toBe("signed_out");
  });
});
