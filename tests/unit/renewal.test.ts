import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError, type LogtoErrorCode } from "@/lib/logto/errors";
import type { TokenResponse } from "@/lib/logto/tokens";
import { endSession } from "@/lib/session/lifecycle/ending";
import { exchangeToken, renewSession } from "@/lib/session/lifecycle/renewal";
import { sessionState } from "@/lib/session/lifecycle/session-state";
import { readSessionStatus, sessionStatus } from "@/lib/session/lifecycle/session-status";
import type { Session } from "@/lib/session/model/session";
import { variables } from "./environment";
import { cookiesOf } from "./request";
import { expiring, session } from "./sessions";

const { exclusively, userExists } = vi.hoisted(() => ({
  exclusively: vi.fn(),
  userExists: vi.fn(),
}));
vi.mock("@/lib/database/users", () => ({ users: { exists: userExists } }));
vi.mock("@/lib/database/row-store", () => ({ rowStore: { exclusively } }));
const logto = vi.hoisted(() => ({ refreshTokens: vi.fn(), revokeGrant: vi.fn() }));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("@/lib/env", () => import("./environment"));

let issued = 0;

function response(changes: Partial<TokenResponse> = {}): TokenResponse {
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

const refusal = (code: LogtoErrorCode) => new LogtoError(code, code);

/** The session, which is expected to be active. */
async function renewed(token: Session, now?: () => number): Promise<Session> {
  const result = await renewSession(token, now);
  if (result.status !== "active") throw new Error(`the session is ${result.status}`);
  return result.session;
}

beforeEach(() => {
  variables.DATABASE_URL = "";
  userExists.mockReset().mockResolvedValue(true);
  logto.refreshTokens.mockReset().mockImplementation(() => Promise.resolve(response()));
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
});

describe("renewSession", () => {
  test("leaves a session alone whose access token is good for a while", async () => {
    const token = session();
    expect(await renewed(token)).toBe(token);
    expect(logto.refreshTokens).not.toHaveBeenCalled();
  });

  test("makes one request for 200 parallel requests with the same cookie", async () => {
    const token = expiring();
    const tokens = await Promise.all(Array.from({ length: 200 }, () => renewed({ ...token })));
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
    expect(new Set(tokens.map(({ refreshToken }) => refreshToken)).size).toBe(1);
  });

  test("gives the kept result to a request that still carries the old cookie a minute later", async () => {
    const token = expiring();
    const first = await renewed(token);
    expect(await renewed({ ...token }, () => Date.now() + 60_000)).toBe(first);
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("renews with the newest refresh token when the oldest cookie comes back after several renewals", async () => {
    const oldest = expiring();
    const second = await renewed(oldest);
    await renewed(oldest, () => Date.now() + 3_600_000);
    expect(logto.refreshTokens.mock.calls.map((call: unknown[]) => call[1])).toEqual([
      oldest.refreshToken,
      second.refreshToken,
    ]);
  });

  test("renews two sessions of one user apart from each other", async () => {
    const [one, other] = [expiring(), expiring({ refreshToken: "refresh-token-other" })];
    const [first, second] = await Promise.all([renewed(one), renewed(other)]);
    expect(logto.refreshTokens).toHaveBeenCalledTimes(2);
    expect(first.accessToken).not.toBe(second.accessToken);
  });

  test("takes over the claims of the fresh id_token", async () => {
    logto.refreshTokens.mockResolvedValue(response({ claims: { sub: "k3v9t2m8qx1a", roles: [] } }));
    expect((await renewed(expiring())).claims).toEqual({ sub: "k3v9t2m8qx1a", roles: [] });
  });

  test("goes on with what another process has renewed since", async () => {
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

  test("ends the session when Logto refuses the grant, and asks no more", async () => {
    logto.refreshTokens.mockRejectedValue(refusal("invalid_grant"));
    const token = expiring();
    expect(await renewSession(token)).toEqual({ status: "ended" });
    expect(await renewSession(token)).toEqual({ status: "ended" });
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test.each(["unavailable", "invalid_client", "rejected"] as const)(
    "keeps the session and its tokens when Logto answers %s",
    async (code) => {
      logto.refreshTokens.mockRejectedValue(refusal(code));
      const token = expiring();
      const result = await renewSession(token);
      expect(result).toMatchObject({ status: "active", session: token, failure: { code } });
    },
  );

  test("tries an outage again with growing pauses, and recovers at once afterwards", async () => {
    logto.refreshTokens.mockRejectedValue(refusal("unavailable"));
    const token = expiring();
    const start = Date.now();
    for (let second = 0; second < 120; second += 1)
      await renewSession(token, () => start + second * 1000);
    expect(logto.refreshTokens.mock.calls.length).toBeLessThan(20);
    logto.refreshTokens.mockImplementation(() => Promise.resolve(response()));
    expect((await renewed(token, () => start + 131_000)).version).toBe(1);
  });

  test("has nothing to renew with without a refresh token", async () => {
    const token = expiring({ refreshToken: undefined });
    expect(await renewed(token)).toBe(token);
    expect(logto.refreshTokens).not.toHaveBeenCalled();
  });
});

describe("exchangeToken", () => {
  test("sends the requests of one session one after another, each with the newest refresh token", async () => {
    const state = sessionState(session());
    let open = 0;
    logto.refreshTokens.mockImplementation(async () => {
      open += 1;
      expect(open).toBe(1);
      await Promise.resolve();
      open -= 1;
      return response();
    });
    await Promise.all(["a", "b", "c"].map((resource) => exchangeToken(state, { resource })));
    const used = logto.refreshTokens.mock.calls.map((call: unknown[]) => call[1]);
    expect(new Set(used).size).toBe(3);
  });

  test("keeps a refresh token that an exchange rotated, for the cookie to be written", async () => {
    const token = session();
    logto.refreshTokens.mockResolvedValue(response({ refreshToken: "rotated" }));
    await exchangeToken(sessionState(token), { resource: "https://api.example" });
    expect(sessionStatus(token)).toMatchObject({
      session: { refreshToken: "rotated", version: 1, accessToken: token.accessToken },
    });
  });

  test("does not make a newer session of an exchange that rotated nothing", async () => {
    const token = session();
    logto.refreshTokens.mockResolvedValue(response({ refreshToken: "refresh-token-0" }));
    await exchangeToken(sessionState(token), { resource: "https://api.example" });
    expect(sessionStatus(token)).toMatchObject({ session: { version: 0 } });
  });
});

describe("endSession", () => {
  test("signs out every request that still carries the cookie", async () => {
    const token = session();
    const cookies = await cookiesOf(token);
    await endSession(token, "signed out");
    expect(await readSessionStatus(cookies)).toEqual({ status: "none" });
  });

  test("is not undone by a renewal in flight, whose new refresh token is revoked too", async () => {
    const token = expiring();
    let answer: (value: TokenResponse) => void = () => undefined;
    logto.refreshTokens.mockReturnValue(
      new Promise<TokenResponse>((resolve) => (answer = resolve)),
    );
    const renewal = renewSession(token);
    await vi.waitFor(() => {
      expect(logto.refreshTokens).toHaveBeenCalled();
    });
    const end = endSession(token, "signed out");
    answer(response({ refreshToken: "rotated-meanwhile" }));
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

  test("keeps nobody signed in when the revocation fails", async () => {
    logto.revokeGrant.mockRejectedValue(refusal("unavailable"));
    const token = session();
    const cookies = await cookiesOf(token);
    await endSession(token, "signed out");
    expect(await readSessionStatus(cookies)).toEqual({ status: "none" });
  });
});

describe("where the cookie is the session, beside a database", () => {
  const refreshToken = "refresh-token-0";

  beforeEach(() => {
    variables.DATABASE_URL = "postgresql://db.example/app";
  });

  test("a renewal asks whether the user is still there", async () => {
    const token = expiring();
    expect((await renewed(token)).version).toBe(1);
    expect(userExists).toHaveBeenCalledExactlyOnceWith(token.subject);
  });

  test("a session is over at its renewal once its user was deleted, and its grant revoked", async () => {
    userExists.mockResolvedValue(false);
    const token = expiring({ refreshToken });
    expect(await renewSession(token)).toEqual({ status: "ended" });
    expect(logto.refreshTokens).not.toHaveBeenCalled();
    expect(logto.revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), refreshToken);
  });

  test("it is over for every later request, which asks nobody any more", async () => {
    userExists.mockResolvedValue(false);
    const token = expiring();
    await renewSession(token);
    expect(await renewSession({ ...token })).toEqual({ status: "ended" });
    expect(userExists).toHaveBeenCalledTimes(1);
  });

  test("it is over though the grant can't be revoked", async () => {
    userExists.mockResolvedValue(false);
    logto.revokeGrant.mockRejectedValue(refusal("unavailable"));
    expect(await renewSession(expiring())).toEqual({ status: "ended" });
  });

  test("nobody is signed out because the database does not answer", async () => {
    userExists.mockRejectedValue(new DatabaseError("no answer"));
    expect((await renewed(expiring())).version).toBe(1);
    expect(logto.revokeGrant).not.toHaveBeenCalled();
  });

  test("a session that is not due asks nothing", async () => {
    await renewed(session());
    expect(userExists).not.toHaveBeenCalled();
  });
});

test("without a database no renewal asks for the user", async () => {
  await renewed(expiring());
  expect(userExists).not.toHaveBeenCalled();
});

describe("a renewal on a site for some addresses alone", () => {
  const claims = { sub: "k3v9t2m8qx1a", email: "alice@example.com", email_verified: true };

  beforeEach(() => {
    variables.AUTH_ALLOWED_EMAILS = ["@example.com"];
  });

  afterEach(() => {
    variables.AUTH_ALLOWED_EMAILS = [];
  });

  test.each([
    ["has one of them", claims],
    ["is not told with its address", { sub: claims.sub }],
    ["is not told at all", undefined],
  ])("goes on where the user %s", async (_, told) => {
    logto.refreshTokens.mockResolvedValue(response({ claims: told }));
    expect((await renewed(expiring())).version).toBe(1);
    expect(logto.revokeGrant).not.toHaveBeenCalled();
  });

  test.each([
    ["has another by now", { ...claims, email: "alice@other.example" }],
    ["has one that is not verified any more", { ...claims, email_verified: false }],
  ])(
    "ends the session, and its grant by the newest refresh token, where the user %s",
    async (_, told) => {
      logto.refreshTokens.mockResolvedValue(response({ claims: told, refreshToken: "newest" }));
      expect(await renewSession(expiring())).toEqual({ status: "ended" });
      expect(logto.revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), "newest");
    },
  );
});

/** An answer that comes when the test says so. */
function late<T>() {
  let give: (value: T) => void = () => undefined;
  const answer = new Promise<T>((resolve) => (give = resolve));
  return { answer, give };
}

describe("a renewal that takes long", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    exclusively
      .mockReset()
      .mockImplementation(async (newest: Session, use: (newest: Session) => unknown) => {
        await logtoAnswers.answer;
        return use(newest);
      });
    logtoAnswers = late();
  });

  afterEach(() => {
    variables.AUTH_SESSION_STRATEGY = "jwt";
    vi.useRealTimers();
  });

  let logtoAnswers = late<null>();

  /** What a request has after so many milliseconds, if it has gone on by then. */
  async function after(milliseconds: number, asked: Promise<unknown>): Promise<unknown> {
    const done: { result?: unknown } = {};
    void asked.then((result) => (done.result = result));
    await vi.advanceTimersByTimeAsync(milliseconds);
    return done.result;
  }

  describe("in the row store", () => {
    beforeEach(() => {
      variables.AUTH_SESSION_STRATEGY = "database";
    });

    test("holds up a request whose token is good for a second, which then goes on with that", async () => {
      const token = expiring();
      const asked = renewSession(token);
      expect(await after(999, asked)).toBeUndefined();
      expect(await after(1, asked)).toEqual({ status: "active", session: token });
    });

    test("goes on in the background, so that the next request has the new tokens", async () => {
      const token = expiring();
      await after(1_000, renewSession(token));
      logtoAnswers.give(null);
      await vi.advanceTimersByTimeAsync(0);
      expect(await renewed({ ...token })).toMatchObject({ version: 1 });
      expect(exclusively).toHaveBeenCalledTimes(1);
    });

    test("holds up a request whose token has expired until it is done", async () => {
      const asked = renewSession(expiring({ expiresAt: Math.floor(Date.now() / 1000) }));
      expect(await after(9_000, asked)).toBeUndefined();
      logtoAnswers.give(null);
      expect(await after(0, asked)).toMatchObject({ status: "active", session: { version: 1 } });
    });

    test("holds up a request whose token expires during that second until it is done, too", async () => {
      const asked = renewSession(expiring({ expiresAt: Math.floor(Date.now() / 1000) + 1 }));
      expect(await after(5_000, asked)).toBeUndefined();
      logtoAnswers.give(null);
      expect(await after(0, asked)).toMatchObject({ status: "active", session: { version: 1 } });
    });

    test("of a row that is gone by then leaves no session", async () => {
      exclusively.mockResolvedValue(undefined);
      expect(await renewSession(expiring())).toEqual({ status: "none" });
    });

    test("which the database keeps from beginning leaves the session and its tokens", async () => {
      exclusively.mockRejectedValue(new DatabaseError("no answer"));
      const token = expiring();
      const cause = expect.any(DatabaseError);
      const failure = expect.objectContaining({ code: "unavailable", cause });
      expect(await renewSession(token)).toEqual({ status: "active", session: token, failure });
    });
  });

  test("holds up every request in the cookie store, as only its own answer has the new cookie", async () => {
    logto.refreshTokens.mockImplementation(async () => {
      await logtoAnswers.answer;
      return response();
    });
    const asked = renewSession(expiring());
    expect(await after(5_000, asked)).toBeUndefined();
    logtoAnswers.give(null);
    expect(await after(0, asked)).toMatchObject({ status: "active", session: { version: 1 } });
  });
});
