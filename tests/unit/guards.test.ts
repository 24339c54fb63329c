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

/** A session that was signed out, whose cookie somebody kept. */
async function signedOut(): Promise<Session> {
  const token = session();
  await endSession(token, "signed out");
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
const ended = () => requestWith(toTombstone(session()));

describe("getSession", () => {
  test("is what the session shows, without tokens", async () => {
    const token = session();
    const request = await requestWith(token);
    const found = await request.run(getSession);
    expect(found).toMatchObject({
      user: { id: token.subject, name: "Alice Kim", roles: ["admin"] },
    });
    for (const secret of [token.accessToken, token.refreshToken, token.sessionId])
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
  const handler = vi.fn((found: PublicSession, ...rest: unknown[]) =>
    Response.json({ id: found.user.id, rest }),
  );
  const guarded = withSession(handler);

  beforeEach(() => {
    handler.mockClear();
  });

  test("gives the handler the session, and what Next gives it", async () => {
    const request = await requestWith(session());
    const response = await request.run(() => guarded("request", { params: 1 }));
    expect(await response.json()).toEqual({ id: "k3v9t2m8qx1a", rest: ["request", { params: 1 }] });
  });

  test.each(nobodies)(
    "answers 401 JSON with a challenge %s, and asks no handler",
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

  test("says that Logto ended the session where it did", async () => {
    const response = await (await ended()).run(() => guarded());
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: "session_ended" });
  });
});

describe("an answer of withSession", () => {
  /** @param rotates whether it gets a token, for which Logto gives a new refresh token */
  const answering = (said: string | undefined, rotates: boolean) =>
    withSession(async () => {
      if (rotates) await getAccessToken({ resource: api });
      return new Response("text", {
        headers: { ...(said && { "cache-control": said }), etag: '"1"' },
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
    "that says %j is kept by no shared cache, where a token rotated: %s",
    async (said, rotates, sent) => {
      logto.refreshTokens.mockResolvedValue({
        accessToken: "for the API",
        expiresIn: 3600,
        refreshToken: "rotated",
        scopes: [],
        claims: undefined,
      });
      const request = await requestWith(session());
      const before = [...request.jar.values()];
      const response = await request.run(() => answering(said, rotates)());
      expect(response.headers.get("cache-control")).toBe(sent);
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

  test("gives the action the session and its arguments", async () => {
    const request = await requestWith(session());
    expect(await request.run(() => guarded("form"))).toEqual(["k3v9t2m8qx1a", "form"]);
  });

  test.each(nobodies)("throws a typed error %s, and does nothing", async (_, request) => {
    const acted = (await request()).run(() => guarded());
    await expect(acted).rejects.toMatchObject({
      name: "SessionError",
      code: "signed_out",
      status: 401,
    });
    expect(action).not.toHaveBeenCalled();
  });

  test("says that Logto ended the session where it did", async () => {
    await expect((await ended()).run(() => guarded())).rejects.toMatchObject({
      code: "session_ended",
    });
  });
});

describe("requireSession", () => {
  test("passes the session on", async () => {
    const request = await requestWith(session());
    expect(await request.run(() => requireSession())).toMatchObject({
      user: { id: "k3v9t2m8qx1a" },
    });
  });

  test.each(nobodies)("throws a typed error %s, and redirects nobody", async (_, request) => {
    const page = await request();
    const error = { name: "SessionError", code: "signed_out", status: 401 };
    await expect(page.run(() => requireSession())).rejects.toMatchObject(error);
  });

  test("says that Logto ended the session where it did", async () => {
    const page = await ended();
    const error = { name: "SessionError", code: "session_ended", status: 401 };
    await expect(page.run(() => requireSession())).rejects.toMatchObject(error);
  });

  test("says that the grant has ended where this very look at a permission found it out", async () => {
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
  ] as const)("says why a permission can't be told after Logto's %s", async (code, expected) => {
    logto.refreshTokens.mockRejectedValue(new LogtoError(code, code));
    const request = await requestWith(session());
    const required = request.run(() =>
      requireSession({ permission: { scope: "x", resource: api } }),
    );
    await expect(required).rejects.toMatchObject({ code: expected });
  });
});

const acme = "r6f1s9e4ok2m";
/**
 * Alice, an admin, and a member of one organization, who may read products there and everywhere.
 */
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
  [
    "a role in an organization that she lacks",
    { organization: { id: acme, role: "admin" } },
    "not_allowed",
  ],
  [
    "a permission that her token has",
    { permission: { scope: "read:products", resource: api } },
    null,
  ],
  [
    "a permission that it lacks",
    { permission: { scope: "delete:products", resource: api } },
    "not_allowed",
  ],
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

  test("asks first for a session", async () => {
    const request = await requestWith();
    const required = request.run(() => requireSession(requirement));
    await expect(required).rejects.toMatchObject({ code: "signed_out" });
    expect(logto.refreshTokens).not.toHaveBeenCalled();
  });
});

describe("a permission", () => {
  const permission = { scope: "read:products", resource: api };

  test("costs one exchange, however often it is asked for", async () => {
    granted({ scopes: ["read:products"] });
    const request = await requestWith(alice());
    const ask = () => requireSession({ permission });
    await request.run(async () => Promise.all([ask(), ask(), ask()]));
    await request.run(ask);
    expect(logto.refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("is no question of yes or no in an outage of Logto", async () => {
    logto.refreshTokens.mockRejectedValue(new LogtoError("unavailable", "no answer"));
    const request = await requestWith(alice());
    const ask = request.run(() => requireSession({ permission }));
    await expect(ask).rejects.toMatchObject({ code: "provider_unavailable", status: 503 });
  });
});

test("what a handler itself asks for is answered too", async () => {
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
  const failing = (error: Error) => redirectOnError("/account", () => Promise.reject(error));

  test("has the page say why its action could not be done", async () => {
    const act = failing(new SessionError("sign_in_again", "old"));
    expect(await redirectOf(act)).toBe("/account?error=sign_in_again");
  });

  test.each(["signed_out", "session_ended"] as const)(
    "leaves %s to the page's guard",
    async (code) => {
      expect(await redirectOf(failing(new SessionError(code, "over")))).toBe("/account");
    },
  );

  test("lets a bug through", async () => {
    const error = new TypeError("a bug");
    await expect(failing(error)()).rejects.toBe(error);
  });

  test("gives the action its arguments", async () => {
    const action = vi.fn(async (_form: string) => {});
    await redirectOnError("/account", action)("form");
    expect(action).toHaveBeenCalledExactlyOnceWith("form");
  });
});
