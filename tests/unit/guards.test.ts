import type { Session } from "next-auth";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { LogtoError } from "@/lib/logto/errors";
import {
  actionWithSession,
  getSession,
  requireAccessToken,
  requireOrganization,
  requirePermission,
  requireRole,
  requireSession,
  withSession,
} from "@/lib/session/guards";
import { endSession } from "@/lib/session/renewal";
import type { Requirement } from "@/lib/session/requirement";
import { endedSession, type SessionToken } from "@/lib/session/session-token";
import { variables } from "./environment";
import { requestWith, type FakeRequest } from "./request";
import { session } from "./sessions";

const [api = ""] = variables.LOGTO_RESOURCES;
const logto = vi.hoisted(() => ({ refreshTokens: vi.fn(), revokeGrant: vi.fn() }));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => import("./environment"));

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
/** As middleware hands on what Logto ended. */
const ended = () => requestWith(endedSession(session()));

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

  test("says on the sign-in page that Logto ended the session where it did", async () => {
    const page = await ended();
    page.headers.set("x-requested-path", "/profile?tab=2");
    expect(await redirectOf(() => page.run(requireSession))).toBe(
      "/sign-in?error=SessionEnded&callbackUrl=%2Fprofile%3Ftab%3D2",
    );
  });
});

describe("requireAccessToken", () => {
  test("passes the access token on", async () => {
    const token = session();
    const request = await requestWith(token);
    expect(await request.run(() => requireAccessToken())).toMatchObject({ accessToken: token.accessToken });
  });

  test("says on the sign-in page that this very exchange found the grant ended", async () => {
    const request = await requestWith(session(), { headers: { "x-requested-path": "/api-access" } });
    expect(await redirectOf(() => request.run(() => requireAccessToken({ resource: api })))).toBe(
      "/sign-in?error=SessionEnded&callbackUrl=%2Fapi-access",
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

const acme = "r6f1s9e4ok2m";
/** Alice, an admin, and a member of one organization, who may read products there and everywhere. */
const alice = () =>
  session({
    claims: {
      sub: "k3v9t2m8qx1a",
      name: "Alice Kim",
      roles: ["admin"],
      organizations: [acme],
      organization_roles: [`${acme}:member`],
    },
  });
const granted = ({ scopes }: { scopes: string[] }) =>
  logto.refreshTokens.mockResolvedValue({
    accessToken: "access",
    expiresIn: 3600,
    refreshToken: "refresh-token-0",
    scopes,
    claims: undefined,
  });

/** What is asked for, whether she meets it, and the error where she doesn't. */
const requirements: [string, Requirement, string | null][] = [
  ["nothing more", {}, null],
  ["a role that she has", { role: "admin" }, null],
  ["a role that she lacks", { role: "auditor" }, "not_allowed"],
  ["a role whose name is the start of one that she has", { role: "adm" }, "not_allowed"],
  ["the empty role", { role: "" }, "not_allowed"],
  ["membership", { organization: { id: acme } }, null],
  ["membership of another organization", { organization: { id: "other" } }, "not_a_member"],
  ["a role of hers in an organization", { organization: { id: acme, role: "member" } }, null],
  ["a role in an organization that she lacks", { organization: { id: acme, role: "admin" } }, "not_allowed"],
  ["a permission that her token has", { permission: { scope: "read:products", resource: api } }, null],
  ["a permission that it lacks", { permission: { scope: "delete:products", resource: api } }, "not_allowed"],
  [
    "a permission of an API resource that is not configured",
    { permission: { scope: "read:products", resource: "https://other.example" } },
    "resource_not_configured",
  ],
  [
    "two things, of which she has one",
    { role: "admin", permission: { scope: "delete:products", resource: api } },
    "not_allowed",
  ],
];

describe.each(requirements)("a guard that asks for %s", (_, requirement, error) => {
  beforeEach(() => void granted({ scopes: ["read:products"] }));

  test("answers so on a page", async () => {
    const request = await requestWith(alice());
    const outcome = request.run(() => requireSession(requirement));
    if (error) await expect(outcome).rejects.toMatchObject({ name: "SessionError", code: error });
    else expect(await outcome).toMatchObject({ user: { name: "Alice Kim" } });
  });

  test("answers so in an action, which is not run in vain", async () => {
    const action = vi.fn(async () => "done");
    const outcome = (await requestWith(alice())).run(actionWithSession(action, requirement));
    if (error) await expect(outcome).rejects.toMatchObject({ code: error });
    else expect(await outcome).toBe("done");
    expect(action).toHaveBeenCalledTimes(error ? 0 : 1);
  });

  test("answers so in a handler, which is not run in vain", async () => {
    const handler = vi.fn(() => Response.json({}));
    const response = await (await requestWith(alice())).run(withSession(handler, requirement));
    expect(response.status).toBe(error ? (error === "resource_not_configured" ? 500 : 403) : 200);
    if (error) expect(await response.json()).toMatchObject({ error });
    expect(handler).toHaveBeenCalledTimes(error ? 0 : 1);
  });

  test("sends to sign in first who is nobody", async () => {
    const page = await requestWith();
    expect(await redirectOf(() => page.run(() => requireSession(requirement)))).toMatch(/^\/sign-in\?/);
  });
});

describe("the guards of pages", () => {
  test.each([
    ["requireRole", () => requireRole("auditor"), "not_allowed"],
    ["requirePermission", () => requirePermission("delete:products", { resource: api }), "not_allowed"],
    ["requireOrganization", () => requireOrganization("other"), "not_a_member"],
    ["requireOrganization with a role", () => requireOrganization(acme, "admin"), "not_allowed"],
  ])("%s refuses who lacks it", async (_, guard, code) => {
    granted({ scopes: ["read:products"] });
    await expect((await requestWith(alice())).run(guard)).rejects.toMatchObject({ code, status: 403 });
  });

  test("a permission costs one exchange, however often it is asked for", async () => {
    granted({ scopes: ["read:products"] });
    const request = await requestWith(alice());
    const ask = () => requirePermission("read:products", { resource: api });
    await request.run(async () => Promise.all([ask(), ask(), ask()]));
    await request.run(ask);
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("an outage of Logto is no answer to whether somebody may", async () => {
    logto.refreshTokens.mockRejectedValue(new LogtoError("unavailable", "no answer"));
    const request = await requestWith(alice());
    const ask = request.run(() => requirePermission("read:products", { resource: api }));
    await expect(ask).rejects.toMatchObject({ code: "provider_unavailable", status: 503 });
  });
});

test("what a handler itself asks for is answered too", async () => {
  const handler = withSession(async () => Response.json(await requireOrganization("other")));
  const response = await (await requestWith(alice())).run(handler);
  expect([response.status, await response.json()]).toEqual([
    403,
    { error: "not_a_member", message: "You are signed in, but not allowed to do this." },
  ]);
});
