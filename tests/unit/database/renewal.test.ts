import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError } from "@/lib/logto/errors";
import { renewSession } from "@/lib/session/lifecycle/renewal";
import type { Session } from "@/lib/session/model/session";
import { variables } from "../environment";
import { expiring, session } from "../sessions";

const userExists = vi.hoisted(() => vi.fn());
vi.mock("@/lib/database/users", () => ({ users: { exists: userExists } }));
const logto = vi.hoisted(() => ({ refreshTokens: vi.fn(), revokeGrant: vi.fn() }));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("@/lib/env", () => import("../environment"));

/** Renews a session that must stay active, and returns it. */
async function renewed(token: Session): Promise<Session> {
  const result = await renewSession(token);
  if (result.status !== "active") throw new Error(`the session is ${result.status}`);
  return result.session;
}

beforeEach(() => {
  variables.DATABASE_URL = "";
  userExists.mockReset().mockResolvedValue(true);
  logto.refreshTokens.mockReset().mockResolvedValue({
    accessToken: "access-token-1",
    expiresIn: 3600,
    refreshToken: "refresh-token-1",
    scopes: [],
    claims: undefined,
  });
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
});

describe("in the cookie store with a database", () => {
  const refreshToken = "refresh-token-0";

  beforeEach(() => {
    variables.DATABASE_URL = "postgresql://db.example/app";
  });

  test("a renewal checks that the user still exists", async () => {
    const token = expiring();
    expect((await renewed(token)).version).toBe(1);
    expect(userExists).toHaveBeenCalledExactlyOnceWith(token.subject);
  });

  test("a renewal ends the session of a deleted user and revokes its grant", async () => {
    userExists.mockResolvedValue(false);
    const token = expiring({ refreshToken });
    expect(await renewSession(token)).toEqual({ status: "ended" });
    expect(logto.refreshTokens).not.toHaveBeenCalled();
    expect(logto.revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), refreshToken);
  });

  test("the session stays ended for later requests, without another check", async () => {
    userExists.mockResolvedValue(false);
    const token = expiring();
    await renewSession(token);
    expect(await renewSession({ ...token })).toEqual({ status: "ended" });
    expect(userExists).toHaveBeenCalledTimes(1);
  });

  test("the session ends even if the grant can't be revoked", async () => {
    userExists.mockResolvedValue(false);
    logto.revokeGrant.mockRejectedValue(new LogtoError("unavailable", "no response"));
    expect(await renewSession(expiring())).toEqual({ status: "ended" });
  });

  test("a database outage signs no user out", async () => {
    userExists.mockRejectedValue(new DatabaseError("no response"));
    expect((await renewed(expiring())).version).toBe(1);
    expect(logto.revokeGrant).not.toHaveBeenCalled();
  });

  test("a session that is not due for renewal is not checked", async () => {
    await renewed(session());
    expect(userExists).not.toHaveBeenCalled();
  });
});

test("without a database a renewal does not check the user", async () => {
  await renewed(expiring());
  expect(userExists).not.toHaveBeenCalled();
});
