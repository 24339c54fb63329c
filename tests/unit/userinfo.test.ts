import { beforeEach, describe, expect, test, vi } from "vitest";
import { LogtoError } from "@/lib/logto/errors";
import { getIdTokenClaims, getUserinfo } from "@/lib/session/userinfo";
import type { Session } from "@/lib/session/model/session";
import { requestWith } from "./request";
import { session } from "./sessions";

const logto = vi.hoisted(() => ({ refreshTokens: vi.fn(), revokeGrant: vi.fn(), fetchUserinfo: vi.fn() }));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => import("./environment"));

const look = async (token: Session) => (await requestWith(token)).run(getUserinfo);

beforeEach(() => {
  logto.refreshTokens.mockReset();
  logto.fetchUserinfo
    .mockReset()
    .mockImplementation(async (_client: unknown, accessToken: string, subject: string) => ({
      sub: subject,
      accessToken,
    }));
});

describe("getUserinfo", () => {
  test("asks with the session's own access token, and about its subject", async () => {
    const token = session();
    expect(await look(token)).toEqual({ sub: token.subject, accessToken: token.accessToken });
  });

  test("is asked for anew by the next request, so that a change at Logto shows at once", async () => {
    const token = session();
    await look(token);
    logto.fetchUserinfo.mockResolvedValue({ sub: token.subject, name: "Alice Lee" });
    expect(await look(token)).toMatchObject({ name: "Alice Lee" });
  });

  test("keeps the claims of two sessions apart, though they ask at a time", async () => {
    const [one, other] = [session({ accessToken: "one" }), session({ accessToken: "other" })];
    const [first, second] = await Promise.all([look(one), look(other)]);
    expect([first.accessToken, second.accessToken]).toEqual(["one", "other"]);
  });

  test.each([
    ["unavailable", "provider_unavailable"],
    ["invalid_token", "session_ended"],
    ["rejected", "provider_refused"],
  ] as const)("fails typed for %s, and is asked for again by the next request", async (code, expected) => {
    const token = session();
    logto.fetchUserinfo.mockRejectedValueOnce(new LogtoError(code, code));
    await expect(look(token)).rejects.toMatchObject({ name: "SessionError", code: expected });
    expect(await look(token)).toMatchObject({ sub: token.subject });
  });

  test("needs a session", async () => {
    const request = await requestWith();
    await expect(request.run(getUserinfo)).rejects.toMatchObject({ code: "signed_out", status: 401 });
    expect(logto.fetchUserinfo).not.toHaveBeenCalled();
  });
});

describe("getIdTokenClaims", () => {
  test("gives the claims that the session carries, and asks nobody", async () => {
    const token = session();
    expect(await (await requestWith(token)).run(getIdTokenClaims)).toEqual(token.claims);
    expect(logto.fetchUserinfo).not.toHaveBeenCalled();
  });

  test("needs a session", async () => {
    await expect((await requestWith()).run(getIdTokenClaims)).rejects.toMatchObject({ code: "signed_out" });
  });
});
