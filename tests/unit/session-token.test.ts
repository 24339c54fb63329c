import { describe, expect, test } from "vitest";
import { beginSession, endedSession, isSliding, sessionLifetime } from "@/lib/session/session-token";
import { session } from "./sessions";

const sub = "k3v9t2m8qx1a";
const account = {
  type: "oidc",
  provider: "logto",
  providerAccountId: sub,
  access_token: "access",
  refresh_token: "refresh",
  expires_in: 3600,
} as const;
/** Without `offline_access` Logto gives none. */
const withoutRefreshToken = { ...account, refresh_token: undefined };
const now = 1_800_000_000_000;
const began = (idToken: object = {}) => beginSession(account, { sub, iat: 1, ...idToken }, now);

describe("a session that begins", () => {
  test("is of Logto's subject, and of its session there", () => {
    expect(began({ sid: "logto-sid" })).toMatchObject({ sub, logtoSid: "logto-sid", startedAt: 1 });
  });

  test("has an id of its own", () => {
    expect(began().sid).not.toBe(began().sid);
  });

  test("is fresh only if Logto says when the user signed in", () => {
    expect(began().authenticatedAt).toBeUndefined();
    expect(began({ auth_time: 5 }).authenticatedAt).toBe(5);
  });

  test("lasts seven days", () => {
    expect(began().exp).toBe(now / 1000 + 7 * 24 * 3600);
  });

  test("ends with its access token where it has no refresh token", () => {
    const token = beginSession({ ...withoutRefreshToken, expires_in: 600 }, { sub, iat: 1 }, now);
    expect(token).toMatchObject({ exp: now / 1000 + 600, expiresAt: now / 1000 + 600 });
    expect(token.refreshToken).toBeUndefined();
  });

  test("ends after an hour where there is no refresh token and no lifetime", () => {
    const token = beginSession({ ...withoutRefreshToken, expires_in: undefined }, { sub, iat: 1 }, now);
    expect(token.exp).toBe(now / 1000 + 3600);
  });
});

describe("a session that has ended", () => {
  const token = session({ logtoSid: "logto-sid", authenticatedAt: 5, generation: 3 });

  test("keeps no token, and no claim but the subject", () => {
    const { sid, startedAt, exp } = token;
    expect(endedSession(token, now)).toEqual({
      sub,
      sid,
      startedAt,
      generation: 3,
      exp,
      claims: { sub },
      endedAt: now / 1000,
    });
  });

  test("ends at a whole second", () => {
    expect(endedSession(token, now + 999).endedAt).toBe(now / 1000);
  });
});

describe("in the second half of its life", () => {
  const exp = Math.floor(Date.now() / 1000) + sessionLifetime / 2 - 60;

  test("a session slides", () => {
    expect(isSliding(session({ exp }))).toBe(true);
    expect(isSliding(session({ exp: exp + 120 }))).toBe(false);
  });

  test("a session without a refresh token doesn't: nobody would ask Logto again", () => {
    expect(isSliding(session({ exp, refreshToken: undefined }))).toBe(false);
  });
});
