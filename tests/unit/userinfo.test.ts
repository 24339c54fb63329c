import "./mock-request";
import { beforeEach, describe, expect, test } from "vitest";
import { LogtoError } from "@/lib/logto/errors";
import { getIdTokenClaims, getUserinfo } from "@/lib/session/userinfo";
import type { Session } from "@/lib/session/model/session";
import { advance, fakeDate } from "./clock";
import { codeOf } from "./code-of";
import { fetchUserinfo, log, refreshTokens } from "./mocks";
import { requestWith } from "./request";
import { session, subject, tokenResponse } from "./sessions";

const userinfoOf = async (token: Session) => (await requestWith(token)).run(getUserinfo);

/** Makes Logto reject these access tokens, and accept all others. */
const reject = (...accessTokens: (string | undefined)[]) =>
  fetchUserinfo.mockImplementation(async (_client: unknown, accessToken: string, sub: string) => {
    if (accessTokens.includes(accessToken)) throw invalidToken;
    return { sub, accessToken };
  });
const invalidToken = new LogtoError("invalid_token", "HTTP 401 invalid_token");

beforeEach(() => void reject());

describe("getUserinfo", () => {
  test("fetches again for each request, so that a change at Logto shows at once", async () => {
    const token = session();
    await userinfoOf(token);
    fetchUserinfo.mockResolvedValue({ sub: subject, name: "Alice Lee" });
    expect(await userinfoOf(token)).toMatchObject({ name: "Alice Lee" });
  });

  test.each([
    ["unavailable", "provider_unavailable", "warn"],
    ["rejected", "provider_refused", "error"],
  ] as const)(
    "throws a SessionError for %s, logs it, and fetches again for the next request",
    async (code, expected, level) => {
      const token = session();
      fetchUserinfo.mockRejectedValueOnce(new LogtoError(code, "why"));
      const error = { name: "SessionError", code: expected };
      await expect(userinfoOf(token)).rejects.toMatchObject(error);
      const line = { user: subject, code, reason: "why" };
      expect(log[level]).toHaveBeenCalledExactlyOnceWith("userinfo request failed", line);
      expect(await userinfoOf(token)).toMatchObject({ sub: subject });
    },
  );
});

describe("an access token that Logto rejects before it expires", () => {
  const rotated = { accessToken: "new", refreshToken: "rotated" };
  let token: Session;
  fakeDate();

  beforeEach(() => {
    refreshTokens.mockResolvedValue(tokenResponse(rotated));
    token = session();
    reject(token.accessToken);
  });

  test("is replaced by a renewal, then userinfo is fetched again, and the event is logged", async () => {
    const request = await requestWith(token);
    expect(await request.run(getUserinfo)).toEqual({ sub: subject, accessToken: "new" });
    expect(refreshTokens).toHaveBeenCalledTimes(1);
    expect(log.warn.mock.calls).toEqual([
      ["userinfo rejected the access token", { user: subject }],
    ]);
    // The response of a handler sets the cookie with the new tokens.
    expect(await request.session()).toMatchObject({ ...rotated, version: 1 });
  });

  test("ends the session when Logto rejects the grant, too, as for a suspended user", async () => {
    refreshTokens.mockRejectedValue(new LogtoError("invalid_grant", "invalid_grant"));
    expect(await codeOf(userinfoOf(token))).toBe("session_ended");
    const fields = { user: subject, reason: "invalid_grant" };
    expect(log.warn).toHaveBeenCalledWith("session ended by Logto", fields);
    // Later calls send no request to Logto.
    expect(await codeOf(userinfoOf(token))).toBe("session_ended");
    expect(fetchUserinfo).toHaveBeenCalledTimes(1);
    expect(refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("ends a session without a refresh token, which is valid only as long as its access token", async () => {
    expect(await codeOf(userinfoOf({ ...token, refreshToken: undefined }))).toBe("session_ended");
    expect(refreshTokens).not.toHaveBeenCalled();
  });

  test("ends no session while the renewal gets no response", async () => {
    refreshTokens.mockRejectedValueOnce(new LogtoError("unavailable", "HTTP 503"));
    expect(await codeOf(userinfoOf(token))).toBe("provider_unavailable");
    advance(2);
    expect(await userinfoOf(token)).toMatchObject({ accessToken: "new" });
  });

  test("is replaced once for fifty parallel requests", async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => userinfoOf(token)));
    expect(new Set(results.map(({ accessToken }) => accessToken))).toEqual(new Set(["new"]));
    expect(refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("is replaced at most once a minute when Logto rejects the new one, too", async () => {
    fetchUserinfo.mockRejectedValue(invalidToken);
    for (let request = 0; request < 10; request += 1)
      expect(await codeOf(userinfoOf(token))).toBe("provider_refused");
    expect(refreshTokens).toHaveBeenCalledTimes(1);
    // One more request for the new token.
    expect(fetchUserinfo).toHaveBeenCalledTimes(11);
    const fields = expect.objectContaining({ code: "rejected" });
    expect(log.error).toHaveBeenCalledWith("userinfo request failed", fields);
    advance(61);
    expect(await codeOf(userinfoOf(token))).toBe("provider_refused");
    expect(refreshTokens).toHaveBeenCalledTimes(2);
  });
});

test("getIdTokenClaims returns the claims of the session, without a request to Logto", async () => {
  const token = session();
  expect(await (await requestWith(token)).run(getIdTokenClaims)).toEqual(token.claims);
  expect(fetchUserinfo).not.toHaveBeenCalled();
});

test.each([
  ["getUserinfo", getUserinfo],
  ["getIdTokenClaims", getIdTokenClaims],
])("%s requires a session", async (_, get) => {
  expect(await codeOf((await requestWith()).run<unknown>(get))).toBe("signed_out");
  expect(fetchUserinfo).not.toHaveBeenCalled();
});
