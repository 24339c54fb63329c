import "./mock-request";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError, type LogtoErrorCode } from "@/lib/logto/errors";
import type { TokenResponse } from "@/lib/logto/tokens";
import { cookiesToWrite } from "@/lib/session/lifecycle/current-session";
import { endSession, endSessions } from "@/lib/session/lifecycle/ending";
import { exchangeToken, renewSession } from "@/lib/session/lifecycle/renewal";
import { sessionState } from "@/lib/session/lifecycle/session-state";
import { readSessionStatus, sessionStatus } from "@/lib/session/lifecycle/session-status";
import { toTombstone, type Session } from "@/lib/session/model/session";
import { seconds } from "./clock";
import { forget } from "./ended";
import { variables } from "./environment";
import { selectStore } from "./current-store";
import { refreshTokens, revokeGrant, usedRefreshTokens } from "./mocks";
import { renewed } from "./renewed";
import { cookiesOf } from "./request";
import { expiring, session, subject, tokenResponse } from "./sessions";

vi.mock("@/lib/session/stores/current-store", () => import("./current-store"));

let issued = 0;
/** A token response with new tokens. */
function rotated(): TokenResponse {
  issued += 1;
  const [accessToken, refreshToken] = [`access-token-${issued}`, `refresh-token-${issued}`];
  return tokenResponse({ accessToken, refreshToken });
}

const respond = () => refreshTokens.mockImplementation(async () => rotated());
const failWith = (code: LogtoErrorCode) =>
  refreshTokens.mockRejectedValue(new LogtoError(code, code));

/** Delays the response to the next token request. @returns a function that makes it arrive */
function delayResponse(): (response?: TokenResponse) => void {
  let resolve: (response: TokenResponse) => void = () => undefined;
  refreshTokens.mockReturnValue(new Promise<TokenResponse>((arrive) => (resolve = arrive)));
  return (response = rotated()) => resolve(response);
}

beforeEach(() => void respond());

describe("renewSession", () => {
  test.each([
    ["whose access token is not about to expire", session()],
    ["without a refresh token", expiring({ refreshToken: undefined })],
  ])("does not renew a session %s", async (_, token) => {
    expect(await renewed(token)).toBe(token);
    expect(refreshTokens).not.toHaveBeenCalled();
  });

  test("makes one token request for 200 parallel requests with the same cookie", async () => {
    const token = expiring();
    const tokens = await Promise.all(Array.from({ length: 200 }, () => renewed({ ...token })));
    expect(refreshTokens).toHaveBeenCalledTimes(1);
    expect(new Set(tokens.map(({ refreshToken }) => refreshToken)).size).toBe(1);
  });

  test("returns the result in memory to a request with the old cookie, and later renews it", async () => {
    const oldest = expiring();
    const second = await renewed(oldest);
    expect(await renewed({ ...oldest }, () => Date.now() + 60_000)).toBe(second);
    await renewed(oldest, () => Date.now() + 3_600_000);
    expect(usedRefreshTokens()).toEqual([oldest.refreshToken, second.refreshToken]);
  });

  test("keeps the result in memory, however full that is, until a response has written its cookie", async () => {
    const token = expiring();
    const newest = await renewed(token);
    expect(sessionState(token).isUnwritten).toBe(true);
    await cookiesToWrite(newest, await cookiesOf(token));
    expect(sessionState(token).isUnwritten).toBe(false);
  });

  test("ends the session when Logto rejects the grant, and sends no further request", async () => {
    failWith("invalid_grant");
    const token = expiring();
    expect(await renewSession(token)).toEqual({ status: "ended" });
    expect(await renewSession(token)).toEqual({ status: "ended" });
    expect(refreshTokens).toHaveBeenCalledTimes(1);
  });

  test.each(["unavailable", "invalid_client", "rejected"] as const)(
    "leaves the session unchanged when Logto returns %s, and tries again after a second",
    async (code) => {
      failWith(code);
      const token = expiring();
      const unchanged = { status: "active", session: token, failure: { code } };
      expect(await renewSession(token)).toMatchObject(unchanged);
      respond();
      expect(await renewSession(token)).toMatchObject(unchanged);
      expect(refreshTokens).toHaveBeenCalledTimes(1);
      expect((await renewed(token, () => Date.now() + 1_000)).version).toBe(1);
    },
  );
});

test("exchangeToken sends the requests of one session in sequence, each with the newest refresh token", async () => {
  const state = sessionState(session());
  let open = 0;
  refreshTokens.mockImplementation(async () => {
    open += 1;
    expect(open).toBe(1);
    await Promise.resolve();
    open -= 1;
    return rotated();
  });
  await Promise.all(["a", "b", "c"].map((resource) => exchangeToken(state, { resource })));
  expect(new Set(usedRefreshTokens()).size).toBe(3);
});

describe("endSession", () => {
  test.each([
    ["signs out every later request with the same cookie", undefined],
    ["does so even when the revocation fails", new LogtoError("unavailable", "no response")],
  ])("%s", async (_, failure) => {
    if (failure) revokeGrant.mockRejectedValue(failure);
    const token = session();
    const cookies = await cookiesOf(token);
    await endSession(token, "signed out");
    expect(await readSessionStatus(cookies)).toEqual({ status: "none" });
  });

  test("is not undone by a renewal in flight, and revokes its new refresh token", async () => {
    const token = expiring();
    const arrive = delayResponse();
    const renewal = renewSession(token);
    await vi.waitFor(() => expect(refreshTokens).toHaveBeenCalled());
    const end = endSession(token, "signed out");
    arrive(tokenResponse({ refreshToken: "rotated-meanwhile" }));
    expect(await renewal).toEqual({ status: "none" });
    await end;
    expect(revokeGrant).toHaveBeenCalledWith(expect.anything(), "rotated-meanwhile");
  });

  test("revokes the grant when a renewal was about to begin", async () => {
    const token = expiring();
    const renewal = renewSession(token);
    await endSession(token, "signed out");
    expect(await renewal).toEqual({ status: "none" });
    expect(refreshTokens).not.toHaveBeenCalled();
    expect(revokeGrant).toHaveBeenCalledWith(expect.anything(), token.refreshToken);
  });
});

describe("endSessions", () => {
  const startedAt = seconds() - 60;
  const [logtoSessionId, before] = ["one", startedAt * 1000 + 999];

  beforeEach(() => forget("sessions", "endings"));

  test.each([
    ["of a user", { subject }, ["first", "later", "elsewhere"]],
    ["of a session at Logto", { logtoSessionId }, ["first", "later", "other user"]],
    ["of a user that began up to a time", { subject, before }, ["first", "elsewhere"]],
    ["of a user in a session at Logto", { subject, logtoSessionId }, ["first", "later"]],
  ])("revokes the grants of sessions in memory %s, and no others", async (_, which, ended) => {
    const each = { logtoSessionId, startedAt };
    sessionState(session({ ...each, refreshToken: "first" }));
    sessionState(session({ ...each, refreshToken: "later", startedAt: startedAt + 1 }));
    sessionState(session({ ...each, refreshToken: "elsewhere", logtoSessionId: "two" }));
    sessionState(session({ ...each, refreshToken: "other user", subject: "other" }));
    expect(await endSessions(which, "revoked")).toBe(ended.length);
    expect(revokeGrant.mock.calls.map(([, refreshToken]: unknown[]) => refreshToken)).toEqual(
      ended,
    );
  });
});

test("a tombstone of another process ends a session that is active in this one", () => {
  const token = session();
  expect(sessionStatus(token)).toMatchObject({ status: "active" });
  expect(sessionStatus(toTombstone(token))).toEqual({ status: "ended" });
});

describe("a renewal on a site that allows some e-mail addresses only", () => {
  const claims = { sub: subject, email: "alice@example.com", email_verified: true };
  const respondWith = (changes: Partial<TokenResponse>) =>
    refreshTokens.mockResolvedValue(tokenResponse(changes));

  beforeEach(() => {
    variables.AUTH_ALLOWED_EMAILS = ["@example.com"];
  });

  afterEach(() => {
    variables.AUTH_ALLOWED_EMAILS = [];
  });

  test.each([
    ["has an allowed address", claims],
    ["has no address in the claims", { sub: subject }],
    ["has no new claims", undefined],
  ])("succeeds when the user %s", async (_, newClaims) => {
    respondWith({ claims: newClaims });
    expect((await renewed(expiring())).version).toBe(1);
    expect(revokeGrant).not.toHaveBeenCalled();
  });

  test.each([
    ["now has another address", { ...claims, email: "alice@other.example" }],
    ["has an address that is no longer verified", { ...claims, email_verified: false }],
  ])("ends the session and revokes its newest refresh token when the user %s", async (_, now) => {
    respondWith({ claims: now, refreshToken: "newest" });
    expect(await renewSession(expiring())).toEqual({ status: "ended" });
    expect(revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), "newest");
  });
});

describe("a renewal that takes long", () => {
  const exclusively = vi.fn();
  const isRenewed = { status: "active", session: { version: 1 } };
  const expiringIn = (left: number) => expiring({ expiresAt: seconds() + left });
  let arrive: ReturnType<typeof delayResponse>;

  beforeEach(() => {
    vi.useFakeTimers();
    arrive = delayResponse();
    exclusively
      .mockReset()
      .mockImplementation((newest: Session, use: (newest: Session) => unknown) => use(newest));
    selectStore({ exclusively });
  });

  afterEach(() => {
    selectStore();
    vi.useRealTimers();
  });

  /** The result of a pending request after so many milliseconds, or undefined while it waits. */
  async function after(milliseconds: number, pending: Promise<unknown>): Promise<unknown> {
    const done: { result?: unknown } = {};
    void pending.then((result) => (done.result = result));
    await vi.advanceTimersByTimeAsync(milliseconds);
    return done.result;
  }

  test("delays a request with a valid token for one second, which then continues with that token", async () => {
    const token = expiring();
    const pending = renewSession(token);
    expect(await after(999, pending)).toBeUndefined();
    expect(await after(1, pending)).toEqual({ status: "active", session: token });
  });

  test("continues in the background, so that the next request has the new tokens", async () => {
    const token = expiring();
    await after(1_000, renewSession(token));
    arrive();
    await vi.advanceTimersByTimeAsync(0);
    expect(await renewed({ ...token })).toMatchObject({ version: 1 });
    expect(exclusively).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["has expired", () => expiringIn(0), true],
    ["expires during that second", () => expiringIn(1), true],
    ["is only in the cookie, which only its own response can set", () => expiring(), false],
  ])("delays a request until it is done if its token %s", async (_, make, isOutside) => {
    if (!isOutside) selectStore();
    const pending = renewSession(make());
    expect(await after(9_000, pending)).toBeUndefined();
    arrive();
    expect(await after(0, pending)).toMatchObject(isRenewed);
  });

  test("takes the tokens of another process that has just renewed, without a request", async () => {
    const token = expiring();
    const newer = session({ sessionId: token.sessionId, version: 1 });
    exclusively.mockImplementation((_: Session, use: (newest: Session) => unknown) => use(newer));
    expect(await renewed(token)).toBe(newer);
    expect(refreshTokens).not.toHaveBeenCalled();
  });

  test("returns no session when it is gone", async () => {
    exclusively.mockResolvedValue(undefined);
    expect(await renewSession(expiring())).toEqual({ status: "none" });
  });

  test("returns the session and its tokens unchanged when a database outage prevents it", async () => {
    exclusively.mockRejectedValue(new DatabaseError("no response"));
    const token = expiring();
    const failure = { code: "unavailable", cause: expect.any(DatabaseError) };
    expect(await renewSession(token)).toMatchObject({ status: "active", session: token, failure });
  });
});
