import { beforeEach, describe, expect, test, vi } from "vitest";
import { LogtoError } from "@/lib/logto/errors";
import { getAccessToken } from "@/lib/session/access-token";
import {
  actionWithSession,
  redirectOnError,
  requireSession,
  withSession,
} from "@/lib/session/guards";
import { getSession } from "@/lib/session/lifecycle/current-session";
import { endSession } from "@/lib/session/lifecycle/ending";
import { SessionError } from "@/lib/session/model/errors";
import type { PublicSession } from "@/lib/session/model/public-session";
import type { Requirement } from "@/lib/session/model/requirement";
import { toTombstone, type Session } from "@/lib/session/model/session";
import { variables } from "./environment";
import { redirectOf } from "./redirect";
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
  logto.refreshTokens
    .mockReset()
    .mockRejectedValue(new LogtoError("invalid_grant", "grant not found"));
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
});

/** A session that was signed out, although its cookie still exists. */
async function signedOut(): Promise<Session> {
  const token = session();
  await endSession(token, "signed out");
  return token;
}

/** Every way not to be signed in. */
const visitors: Record<string, () => Promise<FakeRequest>> = {
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
  "with an expired session": () => requestWith(session({ exp: 1_000_000_000 })),
  "with a session that was signed out": async () => requestWith(await signedOut()),
};
const visitorRows = Object.entries(visitors);
/** A request with the tombstone that middleware writes for a session that Logto ended. */
const withTombstone = () => requestWith(toTombstone(session()));

describe("getSession", () => {
  test("returns the public session, without tokens", async () => {
    const token = session();
    const request = await requestWith(token);
    const found = await request.run(getSession);
    expect(found).toMatchObject({
      user: { id: token.subject, name: "Alice Kim", roles: ["admin"] },
    });
    for (const secret of [token.accessToken, token.refreshToken, token.sessionId])
      expect(JSON.stringify(found)).not.toContain(secret);
  });

  test.each([...visitorRows, ["with a session that Logto ended", withTombstone] as const])(
    "returns null %s",
    async (_, request) => {
      expect(await (await request()).run(getSession)).toBeNull();
    },
  );

  test("returns no session if the configuration is invalid: it fails closed", async () => {
    const request = await requestWith(session());
    variables.AUTH_SECRET = [];
    expect(await request.run(getSession).catch(() => null)).toBeNull();
  });
});

describe("withSession", () => {
  const handler = vi.fn((found: PublicSession, ...rest: unknown[]) =>
    Response.json({ id: found.user.id, rest }),
  );
  const guarded = withSession(handler);

  beforeEach(() => {
    handler.mockClear();
  });

  test("passes the session and the arguments of Next.js to the handler", async () => {
    const request = await requestWith(session());
    const response = await request.run(() => guarded("request", { params: 1 }));
    expect(await response.json()).toEqual({ id: "k3v9t2m8qx1a", rest: ["request", { params: 1 }] });
  });

  test.each(visitorRows)(
    "responds with 401, JSON and a challenge %s, and does not call the handler",
    async (_, request) => {
      const response = await (await request()).run(() => guarded());
      expect(response.status).toBe(401);
      expect(response.headers.get("content-type")).toMatch(/^application\/json/);
      expect(response.headers.get("www-authenticate")).toBe("Session");
      expect(response.headers.get("cache-control")).toBe("private, no-store");
      expect(await response.json()).toEqual({
        error: "signed_out",
        message: "You are signed out. Sign in to continue where you were.",
      });
      expect(handler).not.toHaveBeenCalled();
    },
  );

  test("reports session_ended for a session that Logto ended", async () => {
    const response = await (await withTombstone()).run(() => guarded());
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: "session_ended" });
  });
});

describe("a response of withSession", () => {
  /** @param rotates whether it requests a token, for which Logto rotates the refresh token */
  const handlerWith = (cacheControl: string | undefined, rotates: boolean) =>
    withSession(async () => {
      if (rotates) await getAccessToken({ resource: api });
      return new Response("text", {
        headers: { ...(cacheControl && { "cache-control": cacheControl }), etag: '"1"' },
      });
    });

  test.each([
    [undefined, false, "private, no-store"],
    ["public, max-age=600", false, "private, no-store"],
    ["max-age=600", false, "private, no-store"],
    ["s-maxage=600, stale-while-revalidate", false, "private, no-store"],
    ["Private, max-age=60", false, "Private, max-age=60"],
    ["no-store", false, "no-store"],
    [undefined, true, "private, no-store"],
    ["public, max-age=600", true, "private, no-store"],
    ["private, max-age=60", true, "private, no-store"],
  ])(
    "with Cache-Control %j is not stored by a shared cache (token rotated: %s)",
    async (cacheControl, rotates, expected) => {
      logto.refreshTokens.mockResolvedValue({
        accessToken: "for the API",
        expiresIn: 3600,
        refreshToken: "rotated",
        scopes: [],
        claims: undefined,
      });
      const request = await requestWith(session());
      const before = [...request.jar.values()];
      const response = await request.run(() => handlerWith(cacheControl, rotates)());
      expect(response.headers.get("cache-control")).toBe(expected);
      expect([response.headers.get("etag"), await response.text()]).toEqual(['"1"', "text"]);
      expect([...request.jar.values()].join() !== before.join()).toBe(rotates);
    },
  );
});

describe("actionWithSession", () => {
  const action = vi.fn(async (found: PublicSession, ...rest: unknown[]) => [
    found.user.id,
    ...rest,
  ]);
  const guarded = actionWithSession(action);

  beforeEach(() => {
    action.mockClear();
  });

  test("passes the session and the arguments to the action", async () => {
    const request = await requestWith(session());
    expect(await request.run(() => guarded("form"))).toEqual(["k3v9t2m8qx1a", "form"]);
  });

  test.each(visitorRows)(
    "throws a typed error %s, and does not call the action",
    async (_, request) => {
      const result = (await request()).run(() => guarded());
      await expect(result).rejects.toMatchObject({
        name: "SessionError",
        code: "signed_out",
        status: 401,
      });
      expect(action).not.toHaveBeenCalled();
    },
  );

  test("reports session_ended for a session that Logto ended", async () => {
    await expect((await withTombstone()).run(() => guarded())).rejects.toMatchObject({
      code: "session_ended",
    });
  });
});

describe("requireSession", () => {
  test("returns the session", async () => {
    const request = await requestWith(session());
    expect(await request.run(() => requireSession())).toMatchObject({
      user: { id: "k3v9t2m8qx1a" },
    });
  });

  test.each(visitorRows)("throws a typed error %s, and does not redirect", async (_, request) => {
    const page = await request();
    const error = { name: "SessionError", code: "signed_out", status: 401 };
    await expect(page.run(() => requireSession())).rejects.toMatchObject(error);
  });

  test("reports session_ended for a session that Logto ended", async () => {
    const page = await withTombstone();
    const error = { name: "SessionError", code: "session_ended", status: 401 };
    await expect(page.run(() => requireSession())).rejects.toMatchObject(error);
  });

  test("reports session_ended if Logto rejects the grant during the permission check", async () => {
    const request = await requestWith(session());
    const required = request.run(() =>
      requireSession({ permission: { scope: "x", resource: api } }),
    );
    await expect(required).rejects.toMatchObject({ code: "session_ended", status: 401 });
  });

  test.each([
    ["unavailable", "provider_unavailable"],
    ["access_denied", "not_a_member"],
    ["insufficient_scope", "scope_missing"],
    ["invalid_client", "provider_refused"],
  ] as const)(
    "reports why a permission check failed after %s from Logto",
    async (code, expected) => {
      logto.refreshTokens.mockRejectedValue(new LogtoError(code, code));
      const request = await requestWith(session());
      const required = request.run(() =>
        requireSession({ permission: { scope: "x", resource: api } }),
      );
      await expect(required).rejects.toMatchObject({ code: expected });
    },
  );
});

const acme = "r6f1s9e4ok2m";
/** Alice: an admin, and a member of two organizations with a role in each. */
const alice = () =>
  session({
    claims: {
      sub: "k3v9t2m8qx1a",
      name: "Alice Kim",
      roles: ["admin"],
      organizations: [acme, "beta"],
      organization_roles: [`${acme}:member`, "beta:admin"],
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

/** A name, a requirement, and the error if Alice does not meet it. */
const requirements: [string, Requirement, string | null][] = [
  ["only a session", {}, null],
  ["a role that she has", { role: "admin" }, null],
  ["a role that she lacks", { role: "auditor" }, "not_allowed"],
  ["a role whose name is a prefix of one that she has", { role: "adm" }, "not_allowed"],
  ["the empty role", { role: "" }, "not_allowed"],
  ["membership", { organization: { id: acme } }, null],
  ["membership of another organization", { organization: { id: "other" } }, "not_a_member"],
  ["a role in an organization that she has", { organization: { id: acme, role: "member" } }, null],
  [
    "a role in an organization that she has only in another one",
    { organization: { id: acme, role: "admin" } },
    "not_allowed",
  ],
  [
    "a permission that her token has",
    { permission: { scope: "read:products", resource: api } },
    null,
  ],
  [
    "a permission that her token lacks",
    { permission: { scope: "delete:products", resource: api } },
    "not_allowed",
  ],
  [
    "a permission of an API resource that is not configured",
    { permission: { scope: "read:products", resource: "https://other.example" } },
    "resource_not_configured",
  ],
  [
    "a role that she has and a permission that she lacks",
    { role: "admin", permission: { scope: "delete:products", resource: api } },
    "not_allowed",
  ],
];

describe.each(requirements)("a guard that requires %s", (_, requirement, error) => {
  beforeEach(() => void granted({ scopes: ["read:products"] }));

  test("checks it on a page", async () => {
    const request = await requestWith(alice());
    const outcome = request.run(() => requireSession(requirement));
    if (error) await expect(outcome).rejects.toMatchObject({ name: "SessionError", code: error });
    else expect(await outcome).toMatchObject({ user: { name: "Alice Kim" } });
  });

  test("checks it before an action runs", async () => {
    const action = vi.fn(async () => "done");
    const outcome = (await requestWith(alice())).run(actionWithSession(action, requirement));
    if (error) await expect(outcome).rejects.toMatchObject({ code: error });
    else expect(await outcome).toBe("done");
    expect(action).toHaveBeenCalledTimes(error ? 0 : 1);
  });

  test("checks it before a handler runs", async () => {
    const handler = vi.fn(() => Response.json({}));
    const response = await (await requestWith(alice())).run(withSession(handler, requirement));
    expect(response.status).toBe(error ? (error === "resource_not_configured" ? 500 : 403) : 200);
    if (error) expect(await response.json()).toMatchObject({ error });
    expect(handler).toHaveBeenCalledTimes(error ? 0 : 1);
  });

  test("requires a session first", async () => {
    const request = await requestWith();
    const required = request.run(() => requireSession(requirement));
    await expect(required).rejects.toMatchObject({ code: "signed_out" });
    expect(logto.refreshTokens).not.toHaveBeenCalled();
  });
});

describe("a permission", () => {
  const permission = { scope: "read:products", resource: api };

  test("of an organization is one of a token for that organization", async () => {
    granted({ scopes: ["read:products"] });
    const token = alice();
    await (
      await requestWith(token)
    ).run(() => requireSession({ permission: { ...permission, organizationId: acme } }));
    expect(logto.refreshTokens).toHaveBeenCalledExactlyOnceWith(
      expect.anything(),
      token.refreshToken,
      token.subject,
      { resource: api, organizationId: acme },
    );
  });

  test("needs one exchange for any number of checks", async () => {
    granted({ scopes: ["read:products"] });
    const request = await requestWith(alice());
    const check = () => requireSession({ permission });
    await request.run(async () => Promise.all([check(), check(), check()]));
    await request.run(check);
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("cannot be checked during an outage of Logto", async () => {
    logto.refreshTokens.mockRejectedValue(new LogtoError("unavailable", "no response"));
    const request = await requestWith(alice());
    const required = request.run(() => requireSession({ permission }));
    await expect(required).rejects.toMatchObject({ code: "provider_unavailable", status: 503 });
  });
});

test("withSession also responds to an error of requireSession in its handler", async () => {
  const handler = withSession(async () =>
    Response.json(await requireSession({ organization: { id: "other" } })),
  );
  const response = await (await requestWith(alice())).run(handler);
  expect([response.status, await response.json()]).toEqual([
    403,
    {
      error: "not_a_member",
      message:
        "You are not a member of this organization. Memberships are managed at Logto. Ask whoever manages them to add you.",
    },
  ]);
});

describe("redirectOnError", () => {
  const failing = (error: Error) => redirectOnError("/settings", () => Promise.reject(error));

  test("redirects to the page with the error code of the failed action", async () => {
    const act = failing(new SessionError("sign_in_again", "old"));
    expect(await redirectOf(act)).toBe("/settings?error=sign_in_again");
  });

  test.each(["signed_out", "session_ended"] as const)(
    "leaves %s to the guard of the page",
    async (code) => {
      expect(await redirectOf(failing(new SessionError(code, "over")))).toBe("/settings");
    },
  );

  test("rethrows an unexpected error", async () => {
    const error = new TypeError("a bug");
    await expect(failing(error)()).rejects.toBe(error);
  });

  test("passes the arguments to the action", async () => {
    const action = vi.fn(async (_form: string) => {});
    await redirectOnError("/settings", action)("form");
    expect(action).toHaveBeenCalledExactlyOnceWith("form");
  });
});
