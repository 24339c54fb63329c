import "./mock-request";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { LogtoError, type LogtoErrorCode } from "@/lib/logto/errors";
import { getAccessToken } from "@/lib/session/access-token";
import {
  actionWithSession,
  redirectOnError,
  requireSession,
  withSession,
} from "@/lib/session/guards";
import { getSession } from "@/lib/session/lifecycle/current-session";
import { SessionError } from "@/lib/session/model/errors";
import { toPublicSession } from "@/lib/session/model/public-session";
import type { Requirement } from "@/lib/session/model/requirement";
import { toTombstone, type Session } from "@/lib/session/model/session";
import { codeOf } from "./code-of";
import { variables } from "./environment";
import { refreshTokens } from "./mocks";
import { redirectOf } from "./redirect";
import { requestWith, type FakeRequest } from "./request";
import { session, subject, tokenResponse } from "./sessions";

const [api = ""] = variables.LOGTO_RESOURCES;

beforeEach(() => {
  variables.AUTH_SECRET = ["s".repeat(40)];
});

/**
 * Sends a request to a page, an action and a handler with the same requirement.
 *
 * @returns the codes of their errors, the handler's status, and how often guarded code ran
 */
async function guard(request: FakeRequest, requirement?: Requirement) {
  const guarded = vi.fn(async () => Response.json({}));
  const page = await codeOf(
    request.run(async () => {
      await requireSession(requirement);
      return guarded();
    }),
  );
  const action = await codeOf(request.run(actionWithSession(guarded, requirement)));
  const response = await request.run(withSession(guarded, requirement));
  const { error: handler } = await response.json();
  const { status } = response;
  return { codes: [page, action, handler], status, ran: guarded.mock.calls.length };
}

const passed = { codes: [undefined, undefined, undefined], status: 200, ran: 3 };
const stopped = (code: string, status: number) => ({ codes: [code, code, code], status, ran: 0 });

/** Ways not to be signed in, and the error. */
const visitors: [string, string, Session?][] = [
  ["without a session", "signed_out"],
  ["with an expired session", "signed_out", session({ exp: 1_000_000_000 })],
  ["with the tombstone of one", "session_ended", toTombstone(session())],
];

test.each(visitors)("a request %s is stopped by every guard: %s", async (_, code, token) => {
  const request = await requestWith(token);
  expect(await request.run(getSession)).toBeNull();
  expect(await guard(request)).toEqual(stopped(code, 401));
});

describe("getSession", () => {
  test("returns the public session, without tokens", async () => {
    const token = session();
    const found = await (await requestWith(token)).run(getSession);
    expect(found).toEqual(toPublicSession(token));
  });

  test("returns no session if the configuration is invalid: it fails closed", async () => {
    const request = await requestWith(session());
    variables.AUTH_SECRET = [];
    expect(await request.run(getSession).catch(() => null)).toBeNull();
  });
});

describe("withSession and actionWithSession", () => {
  test("pass on the session and the arguments", async () => {
    const request = await requestWith(session());
    const action = actionWithSession(async ({ user }, ...rest) => [user.id, ...rest]);
    expect(await request.run(() => action("form"))).toEqual([subject, "form"]);
    const handler = withSession(({ user }, ...rest) => Response.json([user.id, ...rest]));
    const response = await request.run(() => handler("request", { params: 1 }));
    expect(await response.json()).toEqual([subject, "request", { params: 1 }]);
  });

  test("respond with 401, JSON and a challenge, or throw a SessionError, without a session", async () => {
    const request = await requestWith();
    await expect(request.run(actionWithSession(async () => 1))).rejects.toMatchObject({
      name: "SessionError",
      status: 401,
    });
    const response = await request.run(withSession(() => new Response()));
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(response.headers.get("www-authenticate")).toBe("Session");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(await response.json()).toEqual({
      error: "signed_out",
      message: "You are signed out. Sign in to continue where you were.",
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
    ["private, no-store, no-transform", true, "private, no-store, no-transform"],
  ])(
    "let no shared cache store a response with Cache-Control %j (refresh token rotated: %s)",
    async (cacheControl, rotates, expected) => {
      refreshTokens.mockResolvedValue(tokenResponse({ refreshToken: "rotated" }));
      const handler = withSession(async () => {
        if (rotates) await getAccessToken({ resource: api });
        const headers = { ...(cacheControl && { "cache-control": cacheControl }), etag: '"1"' };
        return new Response("text", { headers });
      });
      const request = await requestWith(session());
      const before = [...request.jar.values()];
      const response = await request.run(() => handler());
      expect(response.headers.get("cache-control")).toBe(expected);
      expect([response.headers.get("etag"), await response.text()]).toEqual(['"1"', "text"]);
      expect([...request.jar.values()].join() !== before.join()).toBe(rotates);
    },
  );
});

const acme = "r6f1s9e4ok2m";
/** Alice: an admin, and a member of two organizations with a role in each. */
const alice = () =>
  session({
    claims: {
      sub: subject,
      name: "Alice Kim",
      roles: ["admin"],
      organizations: [acme, "beta"],
      organization_roles: [`${acme}:member`, "beta:admin"],
    },
  });
const permission = (scope: string, resource = api) => ({ permission: { scope, resource } });

/** A name, a requirement, and the error if Alice does not meet it. */
const requirements: [string, Requirement, string?][] = [
  ["a role that she has", { role: "admin" }],
  ["a role that she lacks", { role: "auditor" }, "not_allowed"],
  ["a role whose name is a prefix of one that she has", { role: "adm" }, "not_allowed"],
  ["the empty role", { role: "" }, "not_allowed"],
  ["membership", { organization: { id: acme } }],
  ["membership of another organization", { organization: { id: "other" } }, "not_a_member"],
  ["a role in an organization", { organization: { id: acme, role: "member" } }],
  ["a role of another organization", { organization: { id: acme, role: "admin" } }, "not_allowed"],
  ["a permission that her token has", permission("read:products")],
  ["a permission that her token lacks", permission("delete:products"), "not_allowed"],
  [
    "a permission of an API resource that is not configured",
    permission("read:products", "https://other.example"),
    "resource_not_configured",
  ],
  [
    "a role that she has and a permission that she lacks",
    { role: "admin", ...permission("delete:products") },
    "not_allowed",
  ],
];

describe.each(requirements)("a guard that requires %s", (_, requirement, error) => {
  beforeEach(
    () => void refreshTokens.mockResolvedValue(tokenResponse({ scopes: ["read:products"] })),
  );

  test("checks it on a page, and before an action or a handler runs", async () => {
    const status = error === "resource_not_configured" ? 500 : 403;
    const outcome = error ? stopped(error, status) : passed;
    expect(await guard(await requestWith(alice()), requirement)).toEqual(outcome);
  });

  test("requires a session first", async () => {
    expect(await guard(await requestWith(), requirement)).toEqual(stopped("signed_out", 401));
    expect(refreshTokens).not.toHaveBeenCalled();
  });
});

describe("a permission", () => {
  test("of an organization is one of a token for that organization", async () => {
    refreshTokens.mockResolvedValue(tokenResponse({ scopes: ["read"] }));
    const required = { scope: "read", resource: api, organizationId: acme };
    await (await requestWith(alice())).run(() => requireSession({ permission: required }));
    const target = { resource: api, organizationId: acme };
    expect(refreshTokens.mock.calls[0]?.slice(2)).toEqual([subject, target]);
  });

  test.each<[LogtoErrorCode, string, number]>([
    ["invalid_grant", "session_ended", 401],
    ["unavailable", "provider_unavailable", 503],
  ])("that can't be checked after %s from Logto is %s", async (code, expected, status) => {
    refreshTokens.mockRejectedValue(new LogtoError(code, code));
    const outcome = await guard(await requestWith(alice()), permission("read"));
    expect(outcome).toEqual(stopped(expected, status));
  });
});

test("withSession also responds to an error of requireSession in its handler", async () => {
  const handler = withSession(async () =>
    Response.json(await requireSession({ organization: { id: "other" } })),
  );
  const response = await (await requestWith(alice())).run(handler);
  expect([response.status, await response.json()]).toMatchObject([403, { error: "not_a_member" }]);
});

describe("redirectOnError", () => {
  const failing = (error: Error) => redirectOnError("/settings", () => Promise.reject(error));

  test.each([
    ["redirects to the page with the code", "sign_in_again", "/settings?error=sign_in_again"],
    ["leaves it to the guard of the page", "signed_out", "/settings"],
    ["leaves it to the guard of the page", "session_ended", "/settings"],
  ] as const)("%s if the action fails with %s", async (_, code, expected) => {
    expect(await redirectOf(failing(new SessionError(code, "over")))).toBe(expected);
  });

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
