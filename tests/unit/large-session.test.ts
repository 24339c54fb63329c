import "./mock-request";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { auth } from "@/auth";
import type { UserClaims } from "@/lib/logto/claims";
import { LogtoError } from "@/lib/logto/errors";
import { requireSession, withSession } from "@/lib/session/guards";
import { completeSession } from "@/lib/session/lifecycle/complete-session";
import { exchangedSession, renewedSession, type Session } from "@/lib/session/model/session";
import { cookieStore } from "@/lib/session/stores/cookie-store";
import { joinChunks, sessionCookies } from "@/lib/session/stores/cookie";
import { getIdTokenClaims } from "@/lib/session/userinfo";
import { codeOf } from "./code-of";
import { forget } from "./ended";
import { fetchUserinfo, log, refreshTokens } from "./mocks";
import { requestWith } from "./request";
import { session, subject as sub, tokenResponse } from "./sessions";

vi.mock("@/auth", async () => ({
  auth: (await import("@/lib/session/lifecycle/current-session")).getSession,
}));

const ids = Array.from(
  { length: 200 },
  (_, index) => `organization${String(index).padStart(3, "0")}`,
);
/** Claims of a user with two roles in each of 200 organizations. */
const manyOrganizations: UserClaims = {
  sub,
  name: "Alice Kim",
  roles: ["admin"],
  organizations: ids,
  organization_roles: ids.flatMap((id) => [`${id}:admin`, `${id}:billing-member`]),
};
const large = (changes: Partial<Session> = {}) =>
  session({ claims: manyOrganizations, ...changes });

const restart = () => forget("sessions", "decrypted", "values", "said");

/** The session that a process reads from a cookie which another process wrote. */
async function readAfterRestart(token: Session): Promise<Session> {
  const value = await cookieStore.begin(token, { userAgent: null });
  restart();
  const read = await cookieStore.read(value);
  if (typeof read !== "object") throw new Error("the cookie holds no session");
  return read;
}

/** A request with a session cookie, to a process that did not write the cookie. */
async function requestAfterRestart(token = large()) {
  const request = await requestWith(token);
  restart();
  return request;
}

beforeEach(() => {
  restart();
  fetchUserinfo.mockResolvedValue(manyOrganizations);
});

describe("a session cookie", () => {
  const long = (length: number) => "x".repeat(length);
  const roles = ["admin"];
  test.each<[string, Partial<UserClaims>, string[]]>([
    ["200 organizations with two roles each", manyOrganizations, ["organization_roles"]],
    ["a long name", { name: long(10_000), roles }, ["name"]],
    ["a long picture URL", { picture: `https://x.example/${long(10_000)}` }, ["picture"]],
    ["many roles", { roles: ids.map((id) => `role-in-${id}`), name: "Alice" }, ["name", "roles"]],
    ["custom data", { custom_data: { notes: long(9_000) }, roles }, ["custom_data"]],
    ["claims that the tenant defines", { badges: ids, teams: ids }, ["teams"]],
    ["characters of three bytes", { name: "김".repeat(2_000), email: "a@example.com" }, ["name"]],
    ["characters that JSON escapes", { name: '"'.repeat(3_000), email: "a@example.com" }, ["name"]],
  ])("with %s has at most 6 KB and lists the claims that it omits", async (_, some, omitted) => {
    const claims: UserClaims = { sub, ...some };
    const token = session({ claims });
    const value = await cookieStore.begin(token, { userAgent: null });
    const lines = sessionCookies(value, token.exp, []).map(({ name, value }) => `${name}=${value}`);
    expect(lines.join("; ").length).toBeLessThanOrEqual(6 * 1024);
    const read = await readAfterRestart(token);
    expect(read.omitted).toEqual(omitted);
    const kept = Object.entries(claims).filter(([name]) => !omitted.includes(name));
    expect(read.claims).toEqual(Object.fromEntries(kept));
  });

  test("of ordinary size omits no claims and logs nothing", async () => {
    expect((await readAfterRestart(session())).omitted).toBeUndefined();
    expect(log.warn).not.toHaveBeenCalled();
  });

  test("that omits claims is logged once per user, without the values of the claims", async () => {
    await cookieStore.begin(large(), { userAgent: null });
    await cookieStore.begin(large(), { userAgent: null });
    const fields = expect.objectContaining({ user: sub, omitted: ["organization_roles"] });
    expect(log.warn.mock.calls).toEqual([["session too large for a cookie", fields]]);
  });

  test("that omits claims still omits them when it is written again", async () => {
    const read = await readAfterRestart(large());
    const again = await readAfterRestart({ ...read, version: 1 });
    expect([again.omitted, again.claims]).toEqual([read.omitted, read.claims]);
  });
});

describe("after a restart", () => {
  const isUnavailable = new LogtoError("unavailable", "no response");
  const isRevoked = new LogtoError("invalid_token", "revoked");

  test("guards check omitted claims against userinfo, which is requested once", async () => {
    const request = await requestAfterRestart();
    await Promise.all(Array.from({ length: 20 }, () => request.run(() => requireSession())));
    await request.run(async () => {
      const organization = { id: "organization199", role: "billing-member" };
      expect((await requireSession({ organization })).user.organizations).toHaveLength(200);
      const other = { organization: { id: "organization200" } };
      expect(await codeOf(requireSession(other))).toBe("not_a_member");
      expect((await auth())?.user.organizationRoles).toHaveLength(400);
      expect(await getIdTokenClaims()).toEqual(manyOrganizations);
    });
    expect(fetchUserinfo).toHaveBeenCalledTimes(1);
    expect(fetchUserinfo.mock.calls[0]?.slice(1)).toEqual(["opaque-access-token", sub]);
  });

  test("a renewal restores the claims when userinfo rejects the access token", async () => {
    fetchUserinfo.mockRejectedValue(isRevoked);
    refreshTokens.mockResolvedValue(tokenResponse({ claims: manyOrganizations }));
    const request = await requestAfterRestart();
    expect((await request.run(auth))?.user.organizationRoles).toHaveLength(400);
  });

  test("the session ends when Logto rejects its grant during that renewal", async () => {
    fetchUserinfo.mockRejectedValue(isRevoked);
    refreshTokens.mockRejectedValue(new LogtoError("invalid_grant", "suspended"));
    const request = await requestAfterRestart();
    expect(await codeOf(request.run(auth))).toBe("session_ended");
    expect(await request.run(auth)).toBeNull();
  });

  test("a userinfo outage causes a 503, and never `not_a_member` or an empty list", async () => {
    fetchUserinfo.mockRejectedValue(isUnavailable);
    const request = await requestAfterRestart();
    const organization = { id: "organization007" };
    const handler = withSession(({ user }) => Response.json(user), { organization });
    const response = await request.run(() => handler());
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: "provider_unavailable" });
    expect(await codeOf(request.run(auth))).toBe("provider_unavailable");
  });

  test("userinfo is not requested with an expired access token that can't be renewed", async () => {
    const request = await requestAfterRestart(large({ expiresAt: 1, refreshToken: undefined }));
    expect(await codeOf(request.run(auth))).toBe("provider_unavailable");
    expect(fetchUserinfo).not.toHaveBeenCalled();
  });

  test("the cookie is not rewritten once the claims are in memory", async () => {
    const request = await requestAfterRestart();
    const value = joinChunks([...request.jar].map(([name, value]) => ({ name, value }))) ?? "";
    const read = await cookieStore.read(value);
    if (typeof read !== "object") throw new Error("the cookie holds no session");
    const complete = await completeSession(read);
    expect(complete.omitted).toBeUndefined();
    expect(await cookieStore.cookieFor(complete, value)).toBeUndefined();
  });

  test("a claim that Logto removed in the meantime is gone", async () => {
    fetchUserinfo.mockResolvedValue({ sub, name: "Alice Kim" });
    const request = await requestAfterRestart();
    expect((await request.run(auth))?.user.organizationRoles).toEqual([]);
  });
});

describe("the process that received the claims", () => {
  test("does not request them again", async () => {
    const request = await requestWith(large());
    expect((await request.run(auth))?.user.organizations).toHaveLength(200);
    expect(fetchUserinfo).not.toHaveBeenCalled();
  });

  test("has all claims after a renewal or an exchange, and lists none as omitted", async () => {
    const read = await readAfterRestart(large());
    for (const after of [renewedSession, exchangedSession])
      for (const claims of [manyOrganizations, read.claims]) {
        const complete = after(read, tokenResponse({ claims }));
        expect([complete.claims, complete.omitted]).toEqual([claims, undefined]);
      }
  });

  test("still lists the omitted claims after a response without an id_token", async () => {
    const read = await readAfterRestart(large());
    expect(renewedSession(read, tokenResponse()).omitted).toEqual(read.omitted);
    expect(exchangedSession(read, tokenResponse())).toBe(read);
  });
});
