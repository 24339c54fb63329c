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
vi.mock("@/lib/database/client", () => ({ hasDatabase: () => false }));

const sub = "k3v9t2m8qx1a";
const ids = Array.from(
  { length: 200 },
  (_, index) => `organization${String(index).padStart(3, "0")}`,
);
/** Of somebody with two roles in each of 200 organizations. */
const manyOrganizations: UserClaims = {
  sub,
  name: "Alice Kim",
  roles: ["admin"],
  organizations: ids,
  organization_roles: ids.flatMap((id) => [`${id}:admin`, `${id}:billing-member`]),
};
const large = (changes: Partial<Session> = {}) =>
  session({ claims: manyOrganizations, ...changes });

/** What this process knows is gone, as after a restart. */
function restart(): void {
  for (const name of ["sessions", "decrypted", "values", "said"])
    Reflect.deleteProperty(globalThis, Symbol.for(`next-logto-starter.${name}`));
}

/** What a cookie holds, to a process that did not write it. */
async function carried(token: Session): Promise<Session> {
  const value = await cookieStore.begin(token, { userAgent: null });
  restart();
  const read = await cookieStore.read(value);
  if (typeof read !== "object") throw new Error("not read");
  return read;
}

/** A request with the cookie of a session, to a process that did not write it. */
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

describe("a cookie", () => {
  const long = (length: number) => "x".repeat(length);
  test.each<[string, UserClaims, string[]]>([
    ["200 organizations with two roles each", manyOrganizations, ["organization_roles"]],
    ["a long name", { sub, name: long(10_000), roles: ["admin"] }, ["name"]],
    ["a long picture address", { sub, picture: `https://x.example/${long(10_000)}` }, ["picture"]],
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
    ["a claim of the tenant's own", { sub, badges: ids, teams: ids }, ["teams"]],
    ["letters of three bytes", { sub, name: "김".repeat(2_000), email: "a@example.com" }, ["name"]],
    ["what JSON escapes", { sub, name: '"'.repeat(3_000), email: "a@example.com" }, ["name"]],
  ])("of %s has 6 KB at most, and names what it omits", async (_, claims, omitted) => {
    const token = session({ claims });
    const value = await cookieStore.begin(token, { userAgent: null });
    const lines = sessionCookies(value, token.exp, []).map(({ name, value }) => `${name}=${value}`);
    expect(lines.join("; ").length).toBeLessThanOrEqual(6 * 1024);
    const read = await carried(token);
    expect(read.omitted).toEqual(omitted);
    for (const name of omitted) expect(read.claims).not.toHaveProperty([name]);
    for (const name of Object.keys(claims).filter((each) => !omitted.includes(each)))
      expect(read.claims[name]).toEqual(claims[name]);
  });

  test("of an ordinary session omits nothing, and is written without a word", async () => {
    expect((await carried(session())).omitted).toBeUndefined();
    expect(warn).not.toHaveBeenCalled();
  });

  test("that omits claims is one line in the log for a user, without what the claims say", async () => {
    await cookieStore.begin(large(), { userAgent: null });
    await cookieStore.begin(large(), { userAgent: null });
    expect(warn.mock.calls).toEqual([
      [
        "session too large for a cookie",
        expect.objectContaining({ user: sub, omitted: ["organization_roles"] }),
      ],
    ]);
  });

  test("that omits claims omits them as well when it is written again", async () => {
    const read = await carried(large());
    const again = await carried({ ...read, version: 1 });
    expect([again.omitted, again.claims]).toEqual([read.omitted, read.claims]);
  });
});

describe("after a restart", () => {
  test("guards decide by what userinfo says of omitted claims, and ask it once", async () => {
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

  test("parallel requests share the question", async () => {
    const request = await requestAfterRestart();
    await Promise.all(Array.from({ length: 20 }, () => request.run(() => requireSession())));
    expect(logto.fetchUserinfo).toHaveBeenCalledTimes(1);
  });

  test("a renewal brings them where userinfo refuses the access token", async () => {
    logto.fetchUserinfo.mockRejectedValue(new LogtoError("invalid_token", "revoked"));
    logto.refreshTokens.mockResolvedValue({
      accessToken: "new",
      expiresIn: 3600,
      refreshToken: "refresh-token",
      scopes: [],
      claims: manyOrganizations,
    });
    const request = await requestAfterRestart();
    const known = await request.run(() => auth());
    expect(known?.user.organizationRoles).toHaveLength(400);
  });

  test("a session whose grant is refused then has ended", async () => {
    logto.fetchUserinfo.mockRejectedValue(new LogtoError("invalid_token", "revoked"));
    logto.refreshTokens.mockRejectedValue(new LogtoError("invalid_grant", "suspended"));
    const request = await requestAfterRestart();
    await expect(request.run(() => auth())).rejects.toMatchObject({ code: "session_ended" });
    expect(await request.run(() => auth())).toBeNull();
  });

  test("nobody is refused, and no list is empty, because userinfo does not answer", async () => {
    logto.fetchUserinfo.mockRejectedValue(new LogtoError("unavailable", "no answer"));
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

  test("a session without room for its claims whose access token is over is asked about later", async () => {
    const past = Math.floor(Date.now() / 1000) - 10;
    const request = await requestAfterRestart(large({ expiresAt: past, refreshToken: undefined }));
    await expect(request.run(auth)).rejects.toMatchObject({ code: "provider_unavailable" });
    expect(logto.fetchUserinfo).not.toHaveBeenCalled();
  });

  test("the cookie stays as it is once the claims are known", async () => {
    const request = await requestAfterRestart();
    const value = joinChunks([...request.jar].map(([name, value]) => ({ name, value }))) ?? "";
    const read = await cookieStore.read(value);
    if (typeof read !== "object") throw new Error("not read");
    const complete = await completeSession(read);
    expect(complete.omitted).toBeUndefined();
    expect(await cookieStore.cookieFor(complete, value)).toBeUndefined();
  });

  test("a claim that was taken away meanwhile is gone", async () => {
    logto.fetchUserinfo.mockResolvedValue({ sub, name: "Alice Kim" });
    const request = await requestAfterRestart();
    expect((await request.run(auth))?.user.organizationRoles).toEqual([]);
  });
});

describe("the process that got the claims", () => {
  test("asks nobody for them", async () => {
    const request = await requestWith(large());
    expect((await request.run(auth))?.user.organizations).toHaveLength(200);
    expect(logto.fetchUserinfo).not.toHaveBeenCalled();
  });

  const answer = {
    accessToken: "new",
    expiresIn: 3600,
    refreshToken: "refresh-token-0",
    scopes: [],
  };

  test("has all of them after a renewal or an exchange, and none omitted", async () => {
    const read = await carried(large());
    for (const after of [renewedSession, exchangedSession]) {
      const complete = after(read, { ...answer, claims: manyOrganizations });
      expect([complete.claims, complete.omitted]).toEqual([manyOrganizations, undefined]);
    }
  });

  test("keeps in mind what is omitted where an answer has no id_token", async () => {
    const read = await carried(large());
    expect(renewedSession(read, { ...answer, claims: undefined }).omitted).toEqual(read.omitted);
    expect(exchangedSession(read, { ...answer, claims: undefined })).toBe(read);
  });

  test("takes claims that became few for all that there are", async () => {
    const read = await carried(large());
    const { claims } = read;
    expect(exchangedSession(read, { ...answer, claims }).omitted).toBeUndefined();
  });
});
