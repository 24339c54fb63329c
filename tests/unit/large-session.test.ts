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
import { requestWith } from "./request";
import { session } from "./sessions";

const logto = vi.hoisted(() => ({
  refreshTokens: vi.fn(),
  revokeGrant: vi.fn(),
  fetchUserinfo: vi.fn(),
}));
const warn = vi.hoisted(() => vi.fn());
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn, error: vi.fn() } }));
vi.mock("@/lib/env", () => import("./environment"));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/auth", async () => ({
  auth: (await import("@/lib/session/lifecycle/current-session")).getSession,
}));

const sub = "k3v9t2m8qx1a";
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

/** Clears the in-memory state of this process, as a restart does. */
function restart(): void {
  for (const name of ["sessions", "decrypted", "values", "said"])
    Reflect.deleteProperty(globalThis, Symbol.for(`next-logto-starter.${name}`));
}

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
  warn.mockClear();
  logto.refreshTokens.mockReset();
  logto.fetchUserinfo.mockReset().mockResolvedValue(manyOrganizations);
});

describe("a session cookie", () => {
  const long = (length: number) => "x".repeat(length);
  test.each<[string, UserClaims, string[]]>([
    ["200 organizations with two roles each", manyOrganizations, ["organization_roles"]],
    ["a long name", { sub, name: long(10_000), roles: ["admin"] }, ["name"]],
    ["a long picture URL", { sub, picture: `https://x.example/${long(10_000)}` }, ["picture"]],
    [
      "many roles",
      { sub, roles: ids.map((id) => `role-in-${id}`), name: "Alice" },
      ["name", "roles"],
    ],
    [
      "custom data",
      { sub, custom_data: { notes: long(9_000) }, roles: ["admin"] },
      ["custom_data"],
    ],
    ["claims that the tenant defines", { sub, badges: ids, teams: ids }, ["teams"]],
    [
      "characters of three bytes",
      { sub, name: "김".repeat(2_000), email: "a@example.com" },
      ["name"],
    ],
    [
      "characters that JSON escapes",
      { sub, name: '"'.repeat(3_000), email: "a@example.com" },
      ["name"],
    ],
  ])("with %s has at most 6 KB and lists the claims that it omits", async (_, claims, omitted) => {
    const token = session({ claims });
    const value = await cookieStore.begin(token, { userAgent: null });
    const lines = sessionCookies(value, token.exp, []).map(({ name, value }) => `${name}=${value}`);
    expect(lines.join("; ").length).toBeLessThanOrEqual(6 * 1024);
    const read = await readAfterRestart(token);
    expect(read.omitted).toEqual(omitted);
    for (const name of omitted) expect(read.claims).not.toHaveProperty([name]);
    for (const name of Object.keys(claims).filter((each) => !omitted.includes(each)))
      expect(read.claims[name]).toEqual(claims[name]);
  });

  test("of ordinary size omits no claims and logs nothing", async () => {
    expect((await readAfterRestart(session())).omitted).toBeUndefined();
    expect(warn).not.toHaveBeenCalled();
  });

  test("that omits claims is logged once per user, without the values of the claims", async () => {
    await cookieStore.begin(large(), { userAgent: null });
    await cookieStore.begin(large(), { userAgent: null });
    expect(warn.mock.calls).toEqual([
      [
        "session too large for a cookie",
        expect.objectContaining({ user: sub, omitted: ["organization_roles"] }),
      ],
    ]);
  });

  test("that omits claims still omits them when it is written again", async () => {
    const read = await readAfterRestart(large());
    const again = await readAfterRestart({ ...read, version: 1 });
    expect([again.omitted, again.claims]).toEqual([read.omitted, read.claims]);
  });
});

describe("after a restart", () => {
  test("guards check omitted claims against userinfo, which is requested once", async () => {
    const request = await requestAfterRestart();
    await request.run(async () => {
      const organization = { id: "organization199", role: "billing-member" };
      expect((await requireSession({ organization })).user.organizations).toHaveLength(200);
      await expect(
        requireSession({ organization: { id: "organization200" } }),
      ).rejects.toMatchObject({
        code: "not_a_member",
      });
      expect((await auth())?.user.organizationRoles).toHaveLength(400);
      expect(await getIdTokenClaims()).toEqual(manyOrganizations);
    });
    expect(logto.fetchUserinfo).toHaveBeenCalledTimes(1);
    expect(logto.fetchUserinfo.mock.calls[0]?.slice(1)).toEqual(["opaque-access-token", sub]);
  });

  test("parallel requests fetch userinfo once", async () => {
    const request = await requestAfterRestart();
    await Promise.all(Array.from({ length: 20 }, () => request.run(() => requireSession())));
    expect(logto.fetchUserinfo).toHaveBeenCalledTimes(1);
  });

  test("a renewal restores the claims when userinfo rejects the access token", async () => {
    logto.fetchUserinfo.mockRejectedValue(new LogtoError("invalid_token", "revoked"));
    logto.refreshTokens.mockResolvedValue({
      accessToken: "new",
      expiresIn: 3600,
      refreshToken: "refresh-token",
      scopes: [],
      claims: manyOrganizations,
    });
    const request = await requestAfterRestart();
    const publicSession = await request.run(() => auth());
    expect(publicSession?.user.organizationRoles).toHaveLength(400);
  });

  test("the session ends when Logto rejects its grant during that renewal", async () => {
    logto.fetchUserinfo.mockRejectedValue(new LogtoError("invalid_token", "revoked"));
    logto.refreshTokens.mockRejectedValue(new LogtoError("invalid_grant", "suspended"));
    const request = await requestAfterRestart();
    await expect(request.run(() => auth())).rejects.toMatchObject({ code: "session_ended" });
    expect(await request.run(() => auth())).toBeNull();
  });

  test("a userinfo outage causes a 503, and never `not_a_member` or an empty list", async () => {
    logto.fetchUserinfo.mockRejectedValue(new LogtoError("unavailable", "no tokenResponse"));
    const request = await requestAfterRestart();
    const handler = withSession(({ user }) => Response.json(user), {
      organization: { id: "organization007" },
    });
    const response = await request.run(() => handler());
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { error: "provider_unavailable" },
    ]);
    await expect(request.run(auth)).rejects.toMatchObject({ code: "provider_unavailable" });
  });

  test("userinfo is not requested with an expired access token that can't be renewed", async () => {
    const past = Math.floor(Date.now() / 1000) - 10;
    const request = await requestAfterRestart(large({ expiresAt: past, refreshToken: undefined }));
    await expect(request.run(auth)).rejects.toMatchObject({ code: "provider_unavailable" });
    expect(logto.fetchUserinfo).not.toHaveBeenCalled();
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
    logto.fetchUserinfo.mockResolvedValue({ sub, name: "Alice Kim" });
    const request = await requestAfterRestart();
    expect((await request.run(auth))?.user.organizationRoles).toEqual([]);
  });
});

describe("the process that received the claims", () => {
  test("does not request them again", async () => {
    const request = await requestWith(large());
    expect((await request.run(auth))?.user.organizations).toHaveLength(200);
    expect(logto.fetchUserinfo).not.toHaveBeenCalled();
  });

  const tokenResponse = {
    accessToken: "new",
    expiresIn: 3600,
    refreshToken: "refresh-token-0",
    scopes: [],
  };

  test("has all claims after a renewal or an exchange, and lists none as omitted", async () => {
    const read = await readAfterRestart(large());
    for (const after of [renewedSession, exchangedSession]) {
      const complete = after(read, { ...tokenResponse, claims: manyOrganizations });
      expect([complete.claims, complete.omitted]).toEqual([manyOrganizations, undefined]);
    }
  });

  test("still lists the omitted claims after a response without an id_token", async () => {
    const read = await readAfterRestart(large());
    expect(renewedSession(read, { ...tokenResponse, claims: undefined }).omitted).toEqual(
      read.omitted,
    );
    expect(exchangedSession(read, { ...tokenResponse, claims: undefined })).toBe(read);
  });

  test("omits nothing when Logto sends fewer claims than before", async () => {
    const read = await readAfterRestart(large());
    const { claims } = read;
    expect(exchangedSession(read, { ...tokenResponse, claims }).omitted).toBeUndefined();
  });
});
