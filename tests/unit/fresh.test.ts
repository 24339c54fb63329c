import "./mock-request";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { LogtoError } from "@/lib/logto/errors";
import { getAccessToken } from "@/lib/session/access-token";
import { withSession } from "@/lib/session/guards";
import type { Requirement } from "@/lib/session/model/requirement";
import type { Session } from "@/lib/session/model/session";
import { variables } from "./environment";
import { refreshTokens } from "./mocks";
import { requestWith } from "./request";
import { session } from "./sessions";

const [resource = ""] = variables.LOGTO_RESOURCES;

const isAdmin: Requirement = { role: "admin", fresh: true };
const mayWrite: Requirement = { permission: { scope: "write", resource } };

/** What Logto responds from now on. */
function respondWith(roles: string[], scopes: string[] = []): void {
  refreshTokens.mockImplementation(async () => ({
    accessToken: crypto.randomUUID(),
    expiresIn: 3600,
    refreshToken: "refresh-token-0",
    scopes,
    claims: { sub: "k3v9t2m8qx1a", roles },
  }));
}

/** An admin's session, with tokens of ten minutes ago. */
const ofTenMinutesAgo = () => session({ expiresAt: Math.floor(Date.now() / 1000) + 3000 });

async function statusFor(signedIn: Session, requirement: Requirement): Promise<number> {
  const request = await requestWith(signedIn);
  return (await request.run(() => withSession(() => Response.json({}), requirement)())).status;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  respondWith(["admin"], ["write"]);
});

describe("a guard that asks Logto anew", () => {
  test("accepts a role that the user still has, and rejects one that was taken away", async () => {
    const signedIn = ofTenMinutesAgo();
    expect(await statusFor(signedIn, isAdmin)).toBe(200);
    respondWith(["editor"]);
    vi.setSystemTime(Date.now() + 10_000);
    expect(await statusFor(signedIn, isAdmin)).toBe(403);
  });

  test("rejects a permission that was taken away, although a token with it is cached", async () => {
    const signedIn = ofTenMinutesAgo();
    expect(await statusFor(signedIn, mayWrite)).toBe(200);
    respondWith(["admin"], ["read"]);
    vi.setSystemTime(Date.now() + 10_000);
    expect(await statusFor(signedIn, mayWrite)).toBe(200);
    expect(await statusFor(signedIn, { ...mayWrite, fresh: true })).toBe(403);
  });

  test("sends one request in ten seconds, whatever is requested in parallel", async () => {
    const signedIn = ofTenMinutesAgo();
    await Promise.all(Array.from({ length: 50 }, () => statusFor(signedIn, isAdmin)));
    vi.setSystemTime(Date.now() + 9_000);
    expect(await statusFor(signedIn, isAdmin)).toBe(200);
    expect(refreshTokens).toHaveBeenCalledTimes(1);
  });

  test("accepts what another process got, after this one failed", async () => {
    const signedIn = ofTenMinutesAgo();
    refreshTokens.mockRejectedValueOnce(new LogtoError("unavailable", "no response"));
    expect(await statusFor(signedIn, isAdmin)).toBe(503);
    const expiresAt = Math.floor(Date.now() / 1000) + 3600;
    expect(await statusFor({ ...signedIn, version: 1, expiresAt }, isAdmin)).toBe(200);
  });

  test("writes the session's new tokens to the cookie", async () => {
    const request = await requestWith(ofTenMinutesAgo());
    await request.run(() => withSession(() => Response.json({}), isAdmin)());
    expect((await request.session())?.accessToken).not.toBe("opaque-access-token");
  });

  test.each<[string, () => unknown, number]>([
    ["Logto is down", () => new LogtoError("unavailable", "no response"), 503],
    ["Logto rejects the grant", () => new LogtoError("invalid_grant", "suspended"), 401],
  ])("fails closed if %s", async (_, error, status) => {
    refreshTokens.mockRejectedValue(error());
    expect(await statusFor(ofTenMinutesAgo(), isAdmin)).toBe(status);
  });

  test("fails closed without a refresh token, and the session goes on", async () => {
    const signedIn = { ...ofTenMinutesAgo(), refreshToken: undefined };
    expect(await statusFor(signedIn, isAdmin)).toBe(403);
    expect(await statusFor(signedIn, { role: "admin" })).toBe(200);
  });
});

describe("getAccessToken with `fresh`", () => {
  test.each([{ resource }, {}])("gets a new token for %o, once in ten seconds", async (target) => {
    const request = await requestWith(ofTenMinutesAgo());
    const get = async (fresh: boolean) =>
      (await request.run(() => getAccessToken({ ...target, fresh }))).accessToken;
    const first = await get(true);
    expect(await get(true)).toBe(first);
    vi.setSystemTime(Date.now() + 10_000);
    expect(await get(false)).toBe(first);
    const second = await get(true);
    expect(second).not.toBe(first);
    expect(await get(false)).toBe(second);
  });

  test("fails while Logto is down, and the cached token remains for others", async () => {
    const request = await requestWith(ofTenMinutesAgo());
    const get = (fresh: boolean) => request.run(() => getAccessToken({ resource, fresh }));
    const { accessToken } = await get(true);
    refreshTokens.mockRejectedValue(new LogtoError("unavailable", "no response"));
    vi.setSystemTime(Date.now() + 10_000);
    await expect(get(true)).rejects.toMatchObject({ code: "provider_unavailable" });
    expect((await get(false)).accessToken).toBe(accessToken);
  });
});
