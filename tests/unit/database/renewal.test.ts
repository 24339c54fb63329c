import "../mock-request";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError } from "@/lib/logto/errors";
import { renewSession } from "@/lib/session/lifecycle/renewal";
import { variables } from "../environment";
import { refreshTokens, revokeGrant } from "../mocks";
import { renewed } from "../renewed";
import { expiring, session, tokenResponse } from "../sessions";

const userExists = vi.hoisted(() => vi.fn());
vi.mock("@/lib/database/users", () => ({ users: { exists: userExists } }));

beforeEach(() => {
  variables.DATABASE_URL = "postgresql://db.example/app";
  userExists.mockReset().mockResolvedValue(true);
  refreshTokens.mockResolvedValue(tokenResponse());
});

describe("a renewal in the cookie store with a database", () => {
  test("checks that the user still exists", async () => {
    const token = expiring();
    expect((await renewed(token)).version).toBe(1);
    expect(userExists).toHaveBeenCalledExactlyOnceWith(token.subject);
  });

  test("ends the session of a deleted user for good and revokes its grant", async () => {
    userExists.mockResolvedValue(false);
    const token = expiring();
    expect(await renewSession(token)).toEqual({ status: "ended" });
    expect(await renewSession({ ...token })).toEqual({ status: "ended" });
    expect(userExists).toHaveBeenCalledTimes(1);
    expect(refreshTokens).not.toHaveBeenCalled();
    expect(revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), token.refreshToken);
  });

  test("ends that session even if the grant can't be revoked", async () => {
    userExists.mockResolvedValue(false);
    revokeGrant.mockRejectedValue(new LogtoError("unavailable", "no response"));
    expect(await renewSession(expiring())).toEqual({ status: "ended" });
  });

  test("signs no user out during a database outage", async () => {
    userExists.mockRejectedValue(new DatabaseError("no response"));
    expect((await renewed(expiring())).version).toBe(1);
    expect(revokeGrant).not.toHaveBeenCalled();
  });
});

test.each([
  ["a session that is not due for renewal", "postgresql://db.example/app", session()],
  ["a renewal without a database", "", expiring()],
])("%s does not check the user", async (_, url, token) => {
  variables.DATABASE_URL = url;
  await renewed(token);
  expect(userExists).not.toHaveBeenCalled();
});
