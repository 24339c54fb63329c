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
import { variables } from "./environment";
import { selectStore } from "./current-store";
import { cookiesOf } from "./request";
import { expiring, session } from "./sessions";

const exclusively = vi.fn();
vi.mock("@/lib/session/stores/current-store", () => import("./current-store"));
const logto = vi.hoisted(() => ({ refreshTokens: vi.fn(), revokeGrant: vi.fn() }));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("@/lib/env", () => import("./environment"));

let issued = 0;

function tokenResponse(changes: Partial<TokenResponse> = {}): TokenResponse {
  issued += 1;
  return {
    accessToken: `access-token-${String(issued)}`,
    expiresIn: 3600,
    refreshToken: `refresh-token-${String(issued)}`,
    scopes: [],
    claims: undefined,
    ...changes,
  };
}

const logtoError = (code: LogtoErrorCode) => new LogtoError(code, code);

/** Renews a session that must stay active, and returns it. */
async function renewed(token: Session, now?: () => number): Promise<Session> {
  const result = await renewSession(token, now);
  if (result.status !== "active") throw new Error(`the session is ${result.status}`);
  return result.session;
}

beforeEach(() => {
  logto.refreshTokens.mockReset().mockImplementation(() => Promise.resolve(tokenResponse()));
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
});

describe("renewSession", () => {
  test("does not renew a session whose access token is not about to expire", async () => {
    const token = session();
    expect(await renewed(token)).toBe(token);
    expect(logto.refreshTokens).not.toHaveBeenCalled();
  });

  test("makes one token request for 200 parallel requests with the same cookie", async () => {
    const token = expiring();
    const tokens = await Promise.all(Array.from({ length: 200 }, () => renewed({ ...token })));
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
    expect(new Set(tokens.map(({ refreshToken }) => refreshToken)).size).toBe(1);
  });

  test("returns the result in memory to a request with the old cookie a minute later", async () => {
    const token = expiring();
    const first = await renewed(token);
    expect(await renewed({ ...token }, () => Date.now() + 60_000)).toBe(first);
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("keeps the result in memory, however full that is, until a response has written its cookie", async () => {
    const token = expiring();
    const newest = await renewed(token);
    expect(sessionState(token).isUnwritten).toBe(true);
    await cookiesToWrite(newest, await cookiesOf(token));
    expect(sessionState(token).isUnwritten).toBe(false);
  });

  test("uses the newest refresh token when a request has the oldest cookie after several renewals", async () => {
    const oldest = expiring();
    const second = await renewed(oldest);
    await renewed(oldest, () => Date.now() + 3_600_000);
    expect(logto.refreshTokens.mock.calls.map((call: unknown[]) => call[1])).toEqual([
      oldest.refreshToken,
      second.refreshToken,
    ]);
  });

  test("renews two sessions of one user separately", async () => {
    const [one, other] = [expiring(), expiring({ refreshToken: "refresh-token-other" })];
    const [first, second] = await Promise.all([renewed(one), renewed(other)]);
    expect(logto.refreshTokens).toHaveBeenCalledTimes(2);
    expect(first.accessToken).not.toBe(second.accessToken);
  });

  test("takes the claims from the new id_token", async () => {
    logto.refreshTokens.mockResolvedValue(
      tokenResponse({ claims: { sub: "k3v9t2m8qx1a", roles: [] } }),
    );
    expect((await renewed(expiring())).claims).toEqual({ sub: "k3v9t2m8qx1a", roles: [] });
  });

  test("continues with the newer session of another process", async () => {
    const token = expiring();
    await renewed(token);
    const newer = {
      ...session({ sessionId: token.sessionId }),
      version: 5,
      refreshToken: "of-another-process",
    };
    expect(await renewed(newer)).toBe(newer);
    expect(await renewed(token)).toBe(newer);
  });

  test("ends the session when Logto rejects the grant, and sends no further request", async () => {
    logto.refreshTokens.mockRejectedValue(logtoError("invalid_grant"));
    const token = expiring();
    expect(await renewSession(token)).toEqual({ status: "ended" });
    expect(await renewSession(token)).toEqual({ status: "ended" });
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test.each(["unavailable", "invalid_client", "rejected"] as const)(
    "leaves the session and its tokens unchanged when Logto returns %s",
    async (code) => {
      logto.refreshTokens.mockRejectedValue(logtoError(code));
      const token = expiring();
      const result = await renewSession(token);
      expect(result).toMatchObject({ status: "active", session: token, failure: { code } });
    },
  );

  test("retries after an outage with growing pauses, and recovers at the next attempt", async () => {
    logto.refreshTokens.mockRejectedValue(logtoError("unavailable"));
    const token = expiring();
    const start = Date.now();
    for (let second = 0; second < 120; second += 1)
      await renewSession(token, () => start + second * 1000);
    expect(logto.refreshTokens.mock.calls.length).toBeLessThan(20);
    logto.refreshTokens.mockImplementation(() => Promise.resolve(tokenResponse()));
    expect((await renewed(token, () => start + 131_000)).version).toBe(1);
  });

  test("does not renew a session without a refresh token", async () => {
    const token = expiring({ refreshToken: undefined });
    expect(await renewed(token)).toBe(token);
    expect(logto.refreshTokens).not.toHaveBeenCalled();
  });
});

describe("exchangeToken", () => {
  test("sends the requests of one session in sequence, each with the newest refresh token", async () => {
    const state = sessionState(session());
    let open = 0;
    logto.refreshTokens.mockImplementation(async () => {
      open += 1;
      expect(open).toBe(1);
      await Promise.resolve();
      open -= 1;
      return tokenResponse();
    });
    await Promise.all(["a", "b", "c"].map((resource) => exchangeToken(state, { resource })));
    const used = logto.refreshTokens.mock.calls.map((call: unknown[]) => call[1]);
    expect(new Set(used).size).toBe(3);
  });

  test("takes the rotated refresh token into the session, so that the cookie gets it", async () => {
    const token = session();
    logto.refreshTokens.mockResolvedValue(tokenResponse({ refreshToken: "rotated" }));
    await exchangeToken(sessionState(token), { resource: "https://api.example" });
    expect(sessionStatus(token)).toMatchObject({
      session: { refreshToken: "rotated", version: 1, accessToken: token.accessToken },
    });
  });

  test("does not increase the version when the refresh token was not rotated", async () => {
    const token = session();
    logto.refreshTokens.mockResolvedValue(tokenResponse({ refreshToken: "refresh-token-0" }));
    await exchangeToken(sessionState(token), { resource: "https://api.example" });
    expect(sessionStatus(token)).toMatchObject({ session: { version: 0 } });
  });
});

describe("endSession", () => {
  test("signs out every later request with the same cookie", async () => {
    const token = session();
    const cookies = await cookiesOf(token);
    await endSession(token, "signed out");
    expect(await readSessionStatus(cookies)).toEqual({ status: "none" });
  });

  test("is not undone by a renewal in flight, and revokes its new refresh token", async () => {
    const token = expiring();
    let resolveResponse: (value: TokenResponse) => void = () => undefined;
    logto.refreshTokens.mockReturnValue(
      new Promise<TokenResponse>((resolve) => (resolveResponse = resolve)),
    );
    const renewal = renewSession(token);
    await vi.waitFor(() => {
      expect(logto.refreshTokens).toHaveBeenCalled();
    });
    const end = endSession(token, "signed out");
    resolveResponse(tokenResponse({ refreshToken: "rotated-meanwhile" }));
    expect(await renewal).toEqual({ status: "none" });
    await end;
    expect(logto.revokeGrant).toHaveBeenCalledWith(expect.anything(), "rotated-meanwhile");
  });

  test("revokes the grant when a renewal was about to begin", async () => {
    const token = expiring();
    const renewal = renewSession(token);
    await endSession(token, "signed out");
    expect(await renewal).toEqual({ status: "none" });
    expect(logto.refreshTokens).not.toHaveBeenCalled();
    expect(logto.revokeGrant).toHaveBeenCalledWith(expect.anything(), token.refreshToken);
  });

  test("signs the user out even when the revocation fails", async () => {
    logto.revokeGrant.mockRejectedValue(logtoError("unavailable"));
    const token = session();
    const cookies = await cookiesOf(token);
    await endSession(token, "signed out");
    expect(await readSessionStatus(cookies)).toEqual({ status: "none" });
  });
});

describe("endSessions", () => {
  const [subject, logtoSessionId, startedAt] = ["user", "one", Math.floor(Date.now() / 1000) - 60];
  const before = startedAt * 1000 + 999;

  beforeEach(() => {
    for (const name of ["sessions", "endings"])
      Reflect.deleteProperty(globalThis, Symbol.for(`next-logto-starter.${name}`));
  });

  test.each([
    ["of a user", { subject }, ["first", "later", "elsewhere"]],
    ["of a session at Logto", { logtoSessionId }, ["first", "later", "other user"]],
    ["of a user that began up to a time", { subject, before }, ["first", "elsewhere"]],
    ["of a user in a session at Logto", { subject, logtoSessionId }, ["first", "later"]],
  ])(
    "revokes the grants of those sessions in memory %s, and no others",
    async (_, which, ended) => {
      const sessions = [
        session({ refreshToken: "first", subject, logtoSessionId, startedAt }),
        session({ refreshToken: "later", subject, logtoSessionId, startedAt: startedAt + 1 }),
        session({ refreshToken: "elsewhere", subject, logtoSessionId: "two", startedAt }),
        session({ refreshToken: "other user", subject: "other", logtoSessionId, startedAt }),
      ];
      for (const each of sessions) sessionState(each);
      expect(await endSessions(which, "revoked")).toBe(ended.length);
      expect(
        logto.revokeGrant.mock.calls.map(([, refreshToken]: unknown[]) => refreshToken),
      ).toEqual(ended);
    },
  );
});

test("a tombstone of another process ends a session that is active in this one", () => {
  const token = session();
  expect(sessionStatus(token)).toMatchObject({ status: "active" });
  expect(sessionStatus(toTombstone(token))).toEqual({ status: "ended" });
});

describe("a renewal on a site that allows some e-mail addresses only", () => {
  const claims = { sub: "k3v9t2m8qx1a", email: "alice@example.com", email_verified: true };

  beforeEach(() => {
    variables.AUTH_ALLOWED_EMAILS = ["@example.com"];
  });

  afterEach(() => {
    variables.AUTH_ALLOWED_EMAILS = [];
  });

  test.each([
    ["has an allowed address", claims],
    ["has no address in the claims", { sub: claims.sub }],
    ["has no new claims", undefined],
  ])("succeeds when the user %s", async (_, newClaims) => {
    logto.refreshTokens.mockResolvedValue(tokenResponse({ claims: newClaims }));
    expect((await renewed(expiring())).version).toBe(1);
    expect(logto.revokeGrant).not.toHaveBeenCalled();
  });

  test.each([
    ["now has another address", { ...claims, email: "alice@other.example" }],
    ["has an address that is no longer verified", { ...claims, email_verified: false }],
  ])(
    "ends the session and revokes its newest refresh token when the user %s",
    async (_, newClaims) => {
      logto.refreshTokens.mockResolvedValue(
        tokenResponse({ claims: newClaims, refreshToken: "newest" }),
      );
      expect(await renewSession(expiring())).toEqual({ status: "ended" });
      expect(logto.revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), "newest");
    },
  );
});

/** A response that arrives when the test calls `arrive`. */
function delayed<T>() {
  let arrive: (value: T) => void = () => undefined;
  const response = new Promise<T>((resolve) => (arrive = resolve));
  return { response, arrive };
}

describe("a renewal that takes long", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    exclusively
      .mockReset()
      .mockImplementation(async (newest: Session, use: (newest: Session) => unknown) => {
        await logtoResponse.response;
        return use(newest);
      });
    logtoResponse = delayed();
  });

  afterEach(() => {
    selectStore();
    vi.useRealTimers();
  });

  let logtoResponse = delayed<null>();

  /** The result of a pending request after so many milliseconds, or undefined while it waits. */
  async function after(milliseconds: number, pending: Promise<unknown>): Promise<unknown> {
    const done: { result?: unknown } = {};
    void pending.then((result) => (done.result = result));
    await vi.advanceTimersByTimeAsync(milliseconds);
    return done.result;
  }

  describe("in a store outside the cookie", () => {
    beforeEach(() => selectStore({ exclusively }));

    test("delays a request with a valid token for one second, which then continues with that token", async () => {
      const token = expiring();
      const pending = renewSession(token);
      expect(await after(999, pending)).toBeUndefined();
      expect(await after(1, pending)).toEqual({ status: "active", session: token });
    });

    test("continues in the background, so that the next request has the new tokens", async () => {
      const token = expiring();
      await after(1_000, renewSession(token));
      logtoResponse.arrive(null);
      await vi.advanceTimersByTimeAsync(0);
      expect(await renewed({ ...token })).toMatchObject({ version: 1 });
      expect(exclusively).toHaveBeenCalledTimes(1);
    });

    test("delays a request with an expired token until it is done", async () => {
      const pending = renewSession(expiring({ expiresAt: Math.floor(Date.now() / 1000) }));
      expect(await after(9_000, pending)).toBeUndefined();
      logtoResponse.arrive(null);
      expect(await after(0, pending)).toMatchObject({ status: "active", session: { version: 1 } });
    });

    test("delays a request whose token expires during that second until it is done, too", async () => {
      const pending = renewSession(expiring({ expiresAt: Math.floor(Date.now() / 1000) + 1 }));
      expect(await after(5_000, pending)).toBeUndefined();
      logtoResponse.arrive(null);
      expect(await after(0, pending)).toMatchObject({ status: "active", session: { version: 1 } });
    });

    test("takes the tokens of another process that has just renewed, without a request", async () => {
      const token = expiring();
      const newer = session({
        ...token,
        version: 1,
        expiresAt: Math.floor(Date.now() / 1000) + 3600,
      });
      exclusively.mockImplementation((_: Session, use: (newest: Session) => unknown) => use(newer));
      expect(await renewed(token)).toBe(newer);
      expect(logto.refreshTokens).not.toHaveBeenCalled();
    });

    test("returns no session when it is gone", async () => {
      exclusively.mockResolvedValue(undefined);
      expect(await renewSession(expiring())).toEqual({ status: "none" });
    });

    test("returns the session and its tokens unchanged when a database outage prevents it", async () => {
      exclusively.mockRejectedValue(new DatabaseError("no response"));
      const token = expiring();
      const cause = expect.any(DatabaseError);
      const failure = expect.objectContaining({ code: "unavailable", cause });
      expect(await renewSession(token)).toEqual({ status: "active", session: token, failure });
    });
  });

  test("delays every request in the cookie store, as only its own response can set the new cookie", async () => {
    logto.refreshTokens.mockImplementation(async () => {
      await logtoResponse.response;
      return tokenResponse();
    });
    const pending = renewSession(expiring());
    expect(await after(5_000, pending)).toBeUndefined();
    logtoResponse.arrive(null);
    expect(await after(0, pending)).toMatchObject({ status: "active", session: { version: 1 } });
  });
});
