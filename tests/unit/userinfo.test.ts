import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LogtoError } from "@/lib/logto/errors";
import { getAccessToken } from "@/lib/session/access-token";
import { getIdTokenClaims, getUserinfo } from "@/lib/session/userinfo";
import type { Session } from "@/lib/session/model/session";
import { requestWith } from "./request";
import { session } from "./sessions";

const logto = vi.hoisted(() => ({
  refreshTokens: vi.fn(),
  revokeGrant: vi.fn(),
  fetchUserinfo: vi.fn(),
}));
vi.mock("@/lib/logto/tokens", () => logto);
const log = vi.hoisted(() => ({ info: vi.fn(), warn: vi.fn(), error: vi.fn() }));
vi.mock("@/lib/log", () => ({ log }));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => import("./environment"));

const userinfoOf = async (token: Session) => (await requestWith(token)).run(getUserinfo);

beforeEach(() => {
  vi.clearAllMocks();
  logto.refreshTokens.mockReset();
  logto.fetchUserinfo
    .mockReset()
    .mockImplementation(async (_client: unknown, accessToken: string, subject: string) => ({
      sub: subject,
      accessToken,
    }));
});

describe("getUserinfo", () => {
  test("requests userinfo with the session's access token and subject", async () => {
    const token = session();
    expect(await userinfoOf(token)).toEqual({ sub: token.subject, accessToken: token.accessToken });
  });

  test("fetches again for each request, so that a change at Logto shows at once", async () => {
    const token = session();
    await userinfoOf(token);
    logto.fetchUserinfo.mockResolvedValue({ sub: token.subject, name: "Alice Lee" });
    expect(await userinfoOf(token)).toMatchObject({ name: "Alice Lee" });
  });

  test("does not mix up the claims of two sessions in parallel requests", async () => {
    const [one, other] = [session({ accessToken: "one" }), session({ accessToken: "other" })];
    const [first, second] = await Promise.all([userinfoOf(one), userinfoOf(other)]);
    expect([first.accessToken, second.accessToken]).toEqual(["one", "other"]);
  });

  test.each([
    ["unavailable", "provider_unavailable", "warn"],
    ["rejected", "provider_refused", "error"],
  ] as const)(
    "throws a SessionError for %s, logs it, and fetches again for the next request",
    async (code, expected, level) => {
      const token = session();
      logto.fetchUserinfo.mockRejectedValueOnce(new LogtoError(code, "why"));
      await expect(userinfoOf(token)).rejects.toMatchObject({
        name: "SessionError",
        code: expected,
      });
      const line = { user: token.subject, code, reason: "why" };
      expect(log[level]).toHaveBeenCalledExactlyOnceWith("userinfo request failed", line);
      expect(await userinfoOf(token)).toMatchObject({ sub: token.subject });
    },
  );

  test("requires a session", async () => {
    const request = await requestWith();
    await expect(request.run(getUserinfo)).rejects.toMatchObject({
      code: "signed_out",
      status: 401,
    });
    expect(logto.fetchUserinfo).not.toHaveBeenCalled();
  });
});

describe("an access token that Logto rejects before it expires", () => {
  const invalidToken = new LogtoError("invalid_token", "HTTP 401 invalid_token");
  let issued = 0;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
    logto.refreshTokens.mockImplementation(async () => {
      issued += 1;
      const [accessToken, refreshToken] = [`access-token-${issued}`, `refresh-token-${issued}`];
      return { accessToken, refreshToken, expiresIn: 3600, scopes: [], claims: undefined };
    });
  });

  afterEach(() => void vi.useRealTimers());

  /** Makes Logto reject these access tokens, and accept all others. */
  const reject = (...accessTokens: (string | undefined)[]) =>
    logto.fetchUserinfo.mockImplementation(
      async (_client: unknown, accessToken: string, sub: string) => {
        if (accessTokens.includes(accessToken)) throw invalidToken;
        return { sub, accessToken };
      },
    );

  test("is replaced by a renewal, then userinfo is fetched again, and the event is logged", async () => {
    const token = session();
    reject(token.accessToken);
    const request = await requestWith(token);
    expect(await request.run(getUserinfo)).toEqual({
      sub: token.subject,
      accessToken: `access-token-${issued}`,
    });
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
    expect(log.warn).toHaveBeenCalledExactlyOnceWith("userinfo rejected the access token", {
      user: token.subject,
    });
    // The response of a handler sets the cookie with the new tokens.
    expect(await request.session()).toMatchObject({
      refreshToken: `refresh-token-${issued}`,
      version: 1,
    });
  });

  test("leaves the new tokens to the next request in a page, which cannot set cookies", async () => {
    const token = session();
    reject(token.accessToken);
    await (await requestWith(token, { isPage: true })).run(getUserinfo);
    const next = await requestWith(token);
    await next.run(getAccessToken);
    expect(await next.session()).toMatchObject({
      refreshToken: `refresh-token-${issued}`,
      version: 1,
    });
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("ends the session when Logto rejects the grant, too, as for a suspended user", async () => {
    const token = session();
    reject(token.accessToken);
    logto.refreshTokens.mockRejectedValue(new LogtoError("invalid_grant", "invalid_grant"));
    await expect(userinfoOf(token)).rejects.toMatchObject({ code: "session_ended", status: 401 });
    expect(log.warn).toHaveBeenCalledWith("session ended by Logto", {
      user: token.subject,
      reason: "invalid_grant",
    });
    // Later calls send no request to Logto.
    await expect(userinfoOf(token)).rejects.toMatchObject({ code: "session_ended" });
    expect(logto.fetchUserinfo).toHaveBeenCalledTimes(1);
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("ends a session without a refresh token, which is valid only as long as its access token", async () => {
    const token = session({ refreshToken: undefined });
    reject(token.accessToken);
    await expect(userinfoOf(token)).rejects.toMatchObject({ code: "session_ended" });
    expect(logto.refreshTokens).not.toHaveBeenCalled();
  });

  test("ends no session while the renewal gets no response", async () => {
    const token = session();
    reject(token.accessToken);
    logto.refreshTokens.mockRejectedValueOnce(new LogtoError("unavailable", "HTTP 503"));
    await expect(userinfoOf(token)).rejects.toMatchObject({ code: "provider_unavailable" });
    vi.setSystemTime(Date.now() + 2_000);
    expect(await userinfoOf(token)).toMatchObject({ accessToken: `access-token-${issued}` });
  });

  test("is replaced once for fifty parallel requests", async () => {
    const token = session();
    reject(token.accessToken);
    const results = await Promise.all(Array.from({ length: 50 }, () => userinfoOf(token)));
    expect(new Set(results.map(({ accessToken }) => accessToken))).toEqual(
      new Set([`access-token-${issued}`]),
    );
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("is replaced at most once a minute when Logto rejects the new one, too", async () => {
    const token = session();
    logto.fetchUserinfo.mockRejectedValue(invalidToken);
    for (let request = 0; request < 10; request += 1)
      await expect(userinfoOf(token)).rejects.toMatchObject({
        code: "provider_refused",
        status: 500,
      });
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
    // One more request for the new token.
    expect(logto.fetchUserinfo).toHaveBeenCalledTimes(11);
    expect(log.error).toHaveBeenCalledWith(
      "userinfo request failed",
      expect.objectContaining({ code: "rejected" }),
    );
    vi.setSystemTime(Date.now() + 61_000);
    await expect(userinfoOf(token)).rejects.toMatchObject({ code: "provider_refused" });
    expect(logto.refreshTokens).toHaveBeenCalledTimes(2);
  });
});

describe("getIdTokenClaims", () => {
  test("returns the claims of the session, without a request to Logto", async () => {
    const token = session();
    expect(await (await requestWith(token)).run(getIdTokenClaims)).toEqual(token.claims);
    expect(logto.fetchUserinfo).not.toHaveBeenCalled();
  });

  test("requires a session", async () => {
    await expect((await requestWith()).run(getIdTokenClaims)).rejects.toMatchObject({
      code: "signed_out",
    });
  });
});
