import { describe, expect, test } from "vitest";
import {
  beginSession,
  exchangedSession,
  needsExtension,
  parseSession,
  sessionLifetime,
  toTombstone,
} from "@/lib/session/model/session";
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
    expect(began({ sid: "logto-sid" })).toMatchObject({
      subject: sub,
      logtoSessionId: "logto-sid",
      startedAt: 1,
    });
  });

  test("has an id of its own", () => {
    expect(began().sessionId).not.toBe(began().sessionId);
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
    const token = beginSession(
      { ...withoutRefreshToken, expires_in: undefined },
      { sub, iat: 1 },
      now,
    );
    expect(token.exp).toBe(now / 1000 + 3600);
  });
});

describe("a session that a store has kept", () => {
  const { subject, ...rest } = session();

  test("may call its subject `sub`, as cookies of earlier versions do", () => {
    const read = parseSession({ ...rest, sub: subject });
    expect(read).toEqual({ ...rest, subject });
    expect(read).not.toHaveProperty("sub");
  });

  test("is of its subject, whatever else is called `sub`", () => {
    expect(parseSession({ ...rest, subject, sub: "somebody else" })).toEqual({ ...rest, subject });
  });

  test.each([{}, { sub: 7 }, { subject: "" }])("is none where it is nobody's: %j", (whose) => {
    expect(() => parseSession({ ...rest, ...whose })).toThrow();
  });
});

describe("a session after an exchange", () => {
  const token = session({ claims: { sub, roles: ["admin"] } });
  const answer = {
    accessToken: "of something else",
    expiresIn: 3600,
    refreshToken: token.refreshToken ?? "",
    scopes: [],
    claims: undefined,
  };

  test.each([
    ["says nothing of the claims", undefined],
    ["repeats them", { sub, roles: ["admin"] }],
  ])("is the very same where the answer %s and rotates nothing", (_, claims) => {
    expect(exchangedSession(token, { ...answer, claims })).toBe(token);
  });

  test("has the new claims, and is no newer by them", () => {
    const claims = { sub, roles: [] };
    expect(exchangedSession(token, { ...answer, claims })).toEqual({ ...token, claims });
  });

  test("is newer by a rotated refresh token", () => {
    const next = exchangedSession(token, { ...answer, refreshToken: "rotated" });
    expect(next).toEqual({ ...token, refreshToken: "rotated", version: 1 });
  });
});

describe("a session that has ended", () => {
  const token = session({ logtoSessionId: "logto-sid", authenticatedAt: 5, version: 3 });

  test("keeps no token, and no claim but the subject", () => {
    const { sessionId, startedAt, exp } = token;
    expect(toTombstone(token, now)).toEqual({
      subject: sub,
      sessionId,
      startedAt,
      version: 3,
      exp,
      claims: { sub },
      endedAt: now / 1000,
    });
  });

  test("ends at a whole second", () => {
    expect(toTombstone(token, now + 999).endedAt).toBe(now / 1000);
  });
});

describe("in the second half of its life", () => {
  const exp = Math.floor(Date.now() / 1000) + sessionLifetime / 2 - 60;

  test("a session is extended", () => {
    expect(needsExtension(session({ exp }))).toBe(true);
    expect(needsExtension(session({ exp: exp + 120 }))).toBe(false);
  });

  test("a session without a refresh token doesn't: nobody would ask Logto again", () => {
    expect(needsExtension(session({ exp, refreshToken: undefined }))).toBe(false);
  });
});
