import { describe, expect, test } from "vitest";
import { beginEmailSession, beginSession, isSliding, sessionLifetime } from "@/lib/session/session-token";
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

describe("a session of Logto", () => {
  test("is of the user in the database, and of Logto's subject", () => {
    const token = beginSession(account, { sub, iat: 1, sid: "logto-sid" }, "user");
    expect(token).toMatchObject({
      userId: "user",
      sub,
      provider: "logto",
      logtoSid: "logto-sid",
      startedAt: 1,
    });
  });

  test("is of Logto's subject alone where there is no database", () => {
    expect(beginSession(account, { sub, iat: 1 }).userId).toBe(sub);
  });

  test("is fresh only if Logto says when the user signed in", () => {
    expect(beginSession(account, { sub, iat: 1 }).authenticatedAt).toBeUndefined();
    expect(beginSession(account, { sub, iat: 9, auth_time: 5 }).authenticatedAt).toBe(5);
  });
});

test("a session by e-mail has no grant, and is fresh", () => {
  const token = beginEmailSession({ id: "user", email: "eve@example.com", name: null }, 10_000);
  expect(token).toMatchObject({ sub: "user", userId: "user", provider: "email", authenticatedAt: 10 });
  expect(token.accessToken).toBeUndefined();
  expect(token.claims).toMatchObject({ email: "eve@example.com", email_verified: true });
});

describe("in the second half of its life", () => {
  const exp = Math.floor(Date.now() / 1000) + sessionLifetime / 2 - 60;

  test("a session slides", () => {
    expect(isSliding(session({ exp }))).toBe(true);
    expect(isSliding(session({ exp: exp + 120 }))).toBe(false);
  });

  test("a session of Logto without a refresh token doesn't: nobody would ask Logto again", () => {
    expect(isSliding(session({ exp, refreshToken: undefined }))).toBe(false);
  });

  test("a session by e-mail does", () => {
    expect(isSliding({ ...beginEmailSession({ id: "user" }), exp })).toBe(true);
  });
});
