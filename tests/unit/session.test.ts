import { describe, expect, test } from "vitest";
import {
  beginSession,
  exchangedSession,
  needsExtension,
  parseSession,
  renewedSession,
  sessionLifetime,
  toTombstone,
} from "@/lib/session/model/session";
import { session, subject as sub, tokenResponse } from "./sessions";

const account = {
  type: "oidc",
  provider: "logto",
  providerAccountId: sub,
  access_token: "access",
  refresh_token: "refresh",
  expires_in: 3600,
} as const;
/** Without the scope `offline_access` Logto issues no refresh token. */
const withoutRefreshToken = { ...account, refresh_token: undefined };
const now = 1_800_000_000_000;
const newSession = (idToken: object = {}) =>
  beginSession(account, { sub, iat: 1, ...idToken }, now);

describe("a new session", () => {
  test("has Logto's subject, session id and time of authentication, if it sends them", () => {
    expect(newSession()).toMatchObject({ subject: sub, startedAt: 1 });
    const { authenticatedAt, logtoSessionId } = newSession();
    expect([authenticatedAt, logtoSessionId]).toEqual([undefined, undefined]);
    const sent = newSession({ sid: "logto-sid", auth_time: 5 });
    expect(sent).toMatchObject({ logtoSessionId: "logto-sid", authenticatedAt: 5 });
  });

  test("has an id of its own", () => {
    expect(newSession().sessionId).not.toBe(newSession().sessionId);
  });

  test("lasts seven days", () => {
    expect(newSession().exp).toBe(now / 1000 + 7 * 24 * 3600);
  });

  test.each([
    [600, 600],
    [undefined, 3600],
  ])("ends with its access token if it has no refresh token: %s", (expires_in, lifetime) => {
    const end = now / 1000 + lifetime;
    const token = beginSession({ ...withoutRefreshToken, expires_in }, { sub, iat: 1 }, now);
    expect(token).toMatchObject({ exp: end, expiresAt: end });
    expect(token.refreshToken).toBeUndefined();
  });
});

describe("a stored session", () => {
  const { subject, ...rest } = session();

  test("may call its subject `sub`, as cookies of earlier versions do", () => {
    const read = parseSession({ ...rest, sub: subject });
    expect(read).toEqual({ ...rest, subject });
    expect(read).not.toHaveProperty("sub");
  });

  test("takes its subject from `subject` if `sub` is present, too", () => {
    expect(parseSession({ ...rest, subject, sub: "somebody else" })).toEqual({ ...rest, subject });
  });

  test.each([{}, { sub: 7 }, { subject: "" }])(
    "is rejected without a valid subject: %j",
    (members) => {
      expect(() => parseSession({ ...rest, ...members })).toThrow();
    },
  );
});

describe("a session after an exchange", () => {
  const token = session({ claims: { sub, roles: ["admin"] } });
  test.each([
    ["has no claims", undefined],
    ["has the same claims", { sub, roles: ["admin"] }],
  ])("is the same object when the response %s and rotates nothing", (_, claims) => {
    expect(exchangedSession(token, tokenResponse({ claims }))).toBe(token);
  });

  // Other processes take a copy from the row, or from the cookie, only if its version is higher.
  test.each([{ claims: { sub, roles: [] } }, { refreshToken: "rotated" }])(
    "has a higher version if the response brings something new: %j",
    (changes) => {
      const next = exchangedSession(token, tokenResponse(changes));
      expect(next).toEqual({ ...token, ...changes, version: 1 });
    },
  );
});

test("a renewed session is newer and lasts seven days, also without a rotated token", () => {
  const token = session({ exp: now / 1000 + 60 });
  expect(renewedSession(token, tokenResponse({ expiresIn: 600 }), now)).toEqual({
    ...token,
    version: 1,
    accessToken: "new",
    expiresAt: now / 1000 + 600,
    expiresIn: 600,
    exp: now / 1000 + sessionLifetime,
  });
});

test("a session can't be changed", () => {
  const token = newSession();
  const renewed = renewedSession(token, tokenResponse());
  for (const each of [token, parseSession({ ...token }), renewed, toTombstone(token)])
    expect(Object.isFrozen(each)).toBe(true);
});

test("a tombstone has no token, no claim but the subject, and the time of its end in whole seconds", () => {
  const token = session({ logtoSessionId: "logto-sid", authenticatedAt: 5, version: 3 });
  const { sessionId, startedAt, exp } = token;
  const kept = { subject: sub, sessionId, startedAt, version: 3, exp, claims: { sub } };
  expect(toTombstone(token, now + 999)).toEqual({ ...kept, endedAt: now / 1000 });
});

describe("in the second half of its lifetime", () => {
  const exp = Math.floor(Date.now() / 1000) + sessionLifetime / 2 - 60;

  test("a session is extended", () => {
    expect(needsExtension(session({ exp }))).toBe(true);
    expect(needsExtension(session({ exp: exp + 120 }))).toBe(false);
  });

  test("a session without a refresh token is not extended, as Logto would never be asked again", () => {
    expect(needsExtension(session({ exp, refreshToken: undefined }))).toBe(false);
  });
});
