import type { Session } from "next-auth";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { LogtoError } from "@/lib/logto/errors";
import {
  actionWithSession,
  getSession,
  requireAccessToken,
  requireSession,
  withSession,
} from "@/lib/session/guards";
import { endSession } from "@/lib/session/renewal";
import type { SessionToken } from "@/lib/session/session-token";
import { requestWith, type FakeRequest } from "./request";
import { session } from "./sessions";

const api = "https://shopping.example.com/api";
const logto = vi.hoisted(() => ({ refreshTokens: vi.fn(), revokeGrant: vi.fn() }));
const variables = vi.hoisted(() => ({ AUTH_SECRET: ["s".repeat(40)] }));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => ({
  isHttps: () => false,
  env: () => ({
    ...variables,
    AUTH_URL: "https://app.example",
    AUTH_SESSION_STRATEGY: "jwt",
    AUTH_LOGTO_ISSUER: "https://logto.test/oidc",
    AUTH_LOGTO_ID: "app",
    AUTH_LOGTO_SECRET: "secret",
    LOGTO_SCOPES: ["openid"],
    LOGTO_RESOURCES: [api],
    NODE_ENV: "production",
  }),
}));

beforeEach(() => {
  variables.AUTH_SECRET = ["s".repeat(40)];
  logto.refreshTokens.mockReset().mockRejectedValue(new LogtoError("invalid_grant", "grant not found"));
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
});

/** A session that was signed out, whose cookie somebody kept. */
async function signedOut(): Promise<SessionToken> {
  const token = session();
  await endSession(token);
  return token;
}

/** Every way not to be signed in. */
const nobody: Record<string, () => Promise<FakeRequest>> = {
  "without a session": () => requestWith(),
  "with a cookie that is garbage": async () => {
    const request = await requestWith();
    request.jar.set("authjs.session-token", "garbage");
    return request;
  },
  "with a session of another secret": async () => {
    const request = await requestWith(session());
    variables.AUTH_SECRET = ["t".repeat(40)];
    return request;
  },
  "with a session whose time is over": () => requestWith(session({ exp: 1_000_000_000 })),
  "with a session that was signed out": async () => requestWith(await signedOut()),
};
const nobodies = Object.entries(nobody);
const ended = () => requestWith(undefined, { headers: { "x-session-ended": "1" } });

describe("getSession", () => {
  test("is what the session shows, without tokens", async () => {
    const token = session();
    const request = await requestWith(token);
    const found = await request.run(getSession);
    expect(found).toMatchObject({ user: { id: token.sub, name: "Alice Kim", roles: ["admin"] } });
    for (const secret of [token.accessToken, token.refreshToken, token.sid])
      expect(JSON.stringify(found)).not.toContain(secret);
  });

  test.each([...nobodies, ["with a session that Logto ended", ended] as const])(
    "is null %s",
    async (_, request) => {
      expect(await (await request()).run(getSession)).toBeNull();
    },
  );

  test("is null where the configuration is wrong: nothing fails open", async () => {
    const request = await requestWith(session());
    variables.AUTH_SECRET = [];
    expect(await request.run(getSession).catch(() => null)).toBeNull();
  });
});

describe("withSession", () => {
  const handler = vi.fn((found: Session, ...rest: unknown[]) => Response.json({ id: found.user.id, rest }));
  const guarded = withSession(handler);

  beforeEach(() => {
    handler.mockClear();
  });

  test("gives the handler the session, and what Next gives it", async () => {
    const request = await requestWith(session());
    const response = await request.run(() => guarded("request", { params: 1 }));
    expect(await response.json()).toEqual({ id: "k3v9t2m8qx1a", rest: ["request", { params: 1 }] });
  });

  test.each(nobodies)("answers 401 JSON with a challenge %s, and asks no handler", async (_, request) => {
    const response = await (await request()).run(() => guarded());
    expect(response.status).toBe(401);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(response.headers.get("www-authenticate")).toBe("Session");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(await response.json()).toEqual({ error: "signed_out", message: "Sign in to use this." });
    expect(handler).not.toHaveBeenCalled();
  });

  test("says that Logto ended the session where it did", async () => {
    const response = await (await ended()).run(() => guarded());
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: "session_ended" });
  });
});

describe("actionWithSession", () => {
  const action = vi.fn(async (found: Session, ...rest: unknown[]) => [found.user.id, ...rest]);
  const guarded = actionWithSession(action);

  beforeEach(() => {
    action.mockClear();
  });

  test("gives the action the session and its arguments", async () => {
    const request = await requestWith(session());
    expect(await request.run(() => guarded("form"))).toEqual(["k3v9t2m8qx1a", "form"]);
  });

  test.each(nobodies)("throws a typed error %s, and does nothing", async (_, request) => {
    const acted = (await request()).run(() => guarded());
    await expect(acted).rejects.toMatchObject({ name: "SessionError", code: "signed_out", status: 401 });
    expect(action).not.toHaveBeenCalled();
  });

  test("says that Logto ended the session where it did", async () => {
    await expect((await ended()).run(() => guarded())).rejects.toMatchObject({ code: "session_ended" });
  });
});

/** Where a page redirected to, which Next does by a throw. */
async function redirectOf(page: () => Promise<unknown>): Promise<string | undefined> {
  const thrown: unknown = await page().catch((error: unknown) => error);
  const digest = thrown instanceof Error && "digest" in thrown ? String(thrown.digest) : "";
  const [, path, status] = /^NEXT_REDIRECT;\w+;(.*);(\d+);$/.exec(digest) ?? [];
  if (path) expect(status).toBe("307");
  return path;
}

describe("requireSession", () => {
  test("passes the session on", async () => {
    const request = await requestWith(session());
    expect(await request.run(requireSession)).toMatchObject({ user: { id: "k3v9t2m8qx1a" } });
  });

  test.each(nobodies)("sends to sign in and back %s", async (_, request) => {
    const page = await request();
    page.headers.set("x-requested-path", "/profile?tab=2");
    expect(await redirectOf(() => page.run(requireSession))).toBe(
      "/sign-in?callbackUrl=%2Fprofile%3Ftab%3D2",
    );
  });

  test.each(["//evil.example", "https://evil.example/", "javascript:alert(1)", "/sign-in", ""])(
    "comes back to the dashboard when a request names %j",
    async (path) => {
      const request = await requestWith(undefined, { headers: { "x-requested-path": path } });
      expect(await redirectOf(() => request.run(requireSession))).toBe("/sign-in?callbackUrl=%2Fdashboard");
    },
  );

  test("signs in silently where Logto ended the session", async () => {
    expect(await redirectOf(async () => (await ended()).run(requireSession))).toBe(
      "/api/auth/resume?callbackUrl=%2Fdashboard",
    );
  });
});

describe("requireAccessToken", () => {
  test("passes the access token on", async () => {
    const token = session();
    const request = await requestWith(token);
    expect(await request.run(() => requireAccessToken())).toMatchObject({ accessToken: token.accessToken });
  });

  test("signs in silently when this very exchange finds that Logto ended the grant", async () => {
    const request = await requestWith(session(), { headers: { "x-requested-path": "/api-access" } });
    expect(await redirectOf(() => request.run(() => requireAccessToken({ resource: api })))).toBe(
      "/api/auth/resume?callbackUrl=%2Fapi-access",
    );
  });

  test("sends to sign in without a session", async () => {
    const request = await requestWith();
    expect(await redirectOf(() => request.run(() => requireAccessToken()))).toMatch(/^\/sign-in\?/);
  });

  test.each([
    ["unavailable", "provider_unavailable"],
    ["access_denied", "not_a_member"],
    ["insufficient_scope", "scope_missing"],
    ["invalid_client", "provider_refused"],
  ] as const)("leaves Logto's %s to the page to show", async (code, expected) => {
    logto.refreshTokens.mockRejectedValue(new LogtoError(code, code));
    const request = await requestWith(session());
    await expect(request.run(() => requireAccessToken({ resource: api }))).rejects.toMatchObject({
      code: expected,
    });
  });
});
