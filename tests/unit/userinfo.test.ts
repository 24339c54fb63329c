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

const look = async (token: Session) => (await requestWith(token)).run(getUserinfo);

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
  test("asks with the session's own access token, and about its subject", async () => {
    const token = session();
    expect(await look(token)).toEqual({ sub: token.subject, accessToken: token.accessToken });
  });

  test("is asked for anew by the next request, so that a change at Logto shows at once", async () => {
    const token = session();
    await look(token);
    logto.fetchUserinfo.mockResolvedValue({ sub: token.subject, name: "Alice Lee" });
    expect(await look(token)).toMatchObject({ name: "Alice Lee" });
  });

  test("keeps the claims of two sessions apart, though they ask at a time", async () => {
    const [one, other] = [session({ accessToken: "one" }), session({ accessToken: "other" })];
    const [first, second] = await Promise.all([look(one), look(other)]);
    expect([first.accessToken, second.accessToken]).toEqual(["one", "other"]);
  });

  test.each([
    ["unavailable", "provider_unavailable", "warn"],
    ["rejected", "provider_refused", "error"],
  ] as const)(
    "fails typed for %s, with a line in the log, and is asked for again by the next request",
    async (code, expected, level) => {
      const token = session();
      logto.fetchUserinfo.mockRejectedValueOnce(new LogtoError(code, "why"));
      await expect(look(token)).rejects.toMatchObject({ name: "SessionError", code: expected });
      const line = { user: token.subject, code, reason: "why" };
      expect(log[level]).toHaveBeenCalledExactlyOnceWith("userinfo request failed", line);
      expect(await look(token)).toMatchObject({ sub: token.subject });
    },
  );

  test("needs a session", async () => {
    const request = await requestWith();
    await expect(request.run(getUserinfo)).rejects.toMatchObject({
      code: "signed_out",
      status: 401,
    });
    expect(logto.fetchUserinfo).not.toHaveBeenCalled();
  });
});

describe("an access token that Logto refuses ahead of its end", () => {
  const refused = new LogtoError("invalid_token", "HTTP 401 invalid_token");
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

  /** Logto accepts all but these. */
  const refuse = (...accessTokens: (string | undefined)[]) =>
    logto.fetchUserinfo.mockImplementation(
      async (_client: unknown, accessToken: string, sub: string) => {
        if (accessTokens.includes(accessToken)) throw refused;
        return { sub, accessToken };
      },
    );

  test("is replaced by a renewal, and userinfo asked once more; the operator's log says so", async () => {
    const token = session();
    refuse(token.accessToken);
    const request = await requestWith(token);
    expect(await request.run(getUserinfo)).toEqual({
      sub: token.subject,
      accessToken: `access-token-${issued}`,
    });
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
    expect(log.warn).toHaveBeenCalledExactlyOnceWith("userinfo rejected the access token", {
      user: token.subject,
    });
    // A handler's cookie has what came back.
    expect(await request.session()).toMatchObject({
      refreshToken: `refresh-token-${issued}`,
      version: 1,
    });
  });

  test("in a page, which can set no cookie, leaves the new tokens to the next request", async () => {
    const token = session();
    refuse(token.accessToken);
    await (await requestWith(token, { isPage: true })).run(getUserinfo);
    const next = await requestWith(token);
    await next.run(getAccessToken);
    expect(await next.session()).toMatchObject({
      refreshToken: `refresh-token-${issued}`,
      version: 1,
    });
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("ends the session where Logto refuses the grant as well, as with a person who was suspended", async () => {
    const token = session();
    refuse(token.accessToken);
    logto.refreshTokens.mockRejectedValue(new LogtoError("invalid_grant", "invalid_grant"));
    await expect(look(token)).rejects.toMatchObject({ code: "session_ended", status: 401 });
    expect(log.warn).toHaveBeenCalledWith("session ended by Logto", {
      user: token.subject,
      reason: "invalid_grant",
    });
    // From here on nobody has to ask for that.
    await expect(look(token)).rejects.toMatchObject({ code: "session_ended" });
    expect(logto.fetchUserinfo).toHaveBeenCalledTimes(1);
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("ends a session without a refresh token, which is as good as its access token", async () => {
    const token = session({ refreshToken: undefined });
    refuse(token.accessToken);
    await expect(look(token)).rejects.toMatchObject({ code: "session_ended" });
    expect(logto.refreshTokens).not.toHaveBeenCalled();
  });

  test("ends nothing while the renewal gets no answer", async () => {
    const token = session();
    refuse(token.accessToken);
    logto.refreshTokens.mockRejectedValueOnce(new LogtoError("unavailable", "HTTP 503"));
    await expect(look(token)).rejects.toMatchObject({ code: "provider_unavailable" });
    vi.setSystemTime(Date.now() + 2_000);
    expect(await look(token)).toMatchObject({ accessToken: `access-token-${issued}` });
  });

  test("of fifty requests at a time is replaced once", async () => {
    const token = session();
    refuse(token.accessToken);
    const answers = await Promise.all(Array.from({ length: 50 }, () => look(token)));
    expect(new Set(answers.map(({ accessToken }) => accessToken))).toEqual(
      new Set([`access-token-${issued}`]),
    );
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("is replaced once a minute at most, where Logto refuses the new one, too", async () => {
    const token = session();
    logto.fetchUserinfo.mockRejectedValue(refused);
    for (let request = 0; request < 10; request += 1)
      await expect(look(token)).rejects.toMatchObject({ code: "provider_refused", status: 500 });
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
    // One more for the token that came.
    expect(logto.fetchUserinfo).toHaveBeenCalledTimes(11);
    expect(log.error).toHaveBeenCalledWith(
      "userinfo request failed",
      expect.objectContaining({ code: "rejected" }),
    );
    vi.setSystemTime(Date.now() + 61_000);
    await expect(look(token)).rejects.toMatchObject({ code: "provider_refused" });
    expect(logto.refreshTokens).toHaveBeenCalledTimes(2);
  });
});

describe("getIdTokenClaims", () => {
  test("gives the claims that the session carries, and asks nobody", async () => {
    const token = session();
    expect(await (await requestWith(token)).run(getIdTokenClaims)).toEqual(token.claims);
    expect(logto.fetchUserinfo).not.toHaveBeenCalled();
  });

  test("needs a session", async () => {
    await expect((await requestWith()).run(getIdTokenClaims)).rejects.toMatchObject({
      code: "signed_out",
    });
  });
});
