import "./mock-request";
import { beforeEach, expect, test } from "vitest";
import { LogtoError } from "@/lib/logto/errors";
import { renewSession } from "@/lib/session/lifecycle/renewal";
import { requireRenewal } from "@/lib/session/lifecycle/required-renewal";
import { sessionState } from "@/lib/session/lifecycle/session-state";
import type { Session } from "@/lib/session/model/session";
import { refreshTokens } from "./mocks";
import { session, subject as sub, tokenResponse } from "./sessions";

const response = (roles: string[]) => tokenResponse({ claims: { sub, roles } });

beforeEach(() => void refreshTokens.mockResolvedValue(response([])));

/** The roles that a request with this session's cookie sees. */
async function rolesOf(token: Session): Promise<unknown> {
  const status = await renewSession(token);
  return status.status === "active" ? status.session.claims.roles : status.status;
}

/** A session that this process has seen. */
function seen(changes: Partial<Session> = {}): Session {
  const token = session(changes);
  sessionState(token);
  return token;
}

test("the next request of a session of the user renews it, once", async () => {
  const token = seen();
  expect(await requireRenewal([token.subject], Date.now())).toBeGreaterThan(0);
  expect([await rolesOf(token), await rolesOf(token)]).toEqual([[], []]);
  expect(refreshTokens).toHaveBeenCalledTimes(1);
});

test("without users, sessions of all users are renewed", async () => {
  const token = seen({ subject: "p7c4w1n6zr5b" });
  await requireRenewal(undefined, Date.now());
  expect(await rolesOf(token)).toEqual([]);
});

test("the session ends if Logto then rejects the grant", async () => {
  refreshTokens.mockRejectedValue(new LogtoError("invalid_grant", "suspended"));
  const token = seen();
  await requireRenewal([token.subject], Date.now());
  expect(await rolesOf(token)).toBe("ended");
});

test("a session keeps its claims while Logto does not respond", async () => {
  refreshTokens.mockRejectedValue(new LogtoError("unavailable", "down"));
  const token = seen();
  await requireRenewal([token.subject], Date.now());
  expect(await rolesOf(token)).toEqual(["admin"]);
});

test.each([
  ["of another user", {}, ["p7c4w1n6zr5b"]],
  ["that began after the event", { startedAt: Date.now() / 1000 + 5 }, undefined],
  ["without a refresh token", { refreshToken: undefined }, undefined],
])("a session %s is not renewed", async (_, changes, users) => {
  const token = seen(changes);
  await requireRenewal(users, Date.now());
  expect(await rolesOf(token)).toEqual(["admin"]);
});

test("a renewal in flight, whose response may be older than the change, does not count", async () => {
  const token = seen({ expiresAt: 1 });
  let respond = () => {};
  const responded = new Promise<void>((resolve) => (respond = resolve));
  refreshTokens.mockImplementationOnce(async () => {
    await responded;
    return { ...response(["admin"]), refreshToken: "refresh-token-1" };
  });
  const first = rolesOf(token);
  const required = requireRenewal([token.subject], Date.now());
  respond();
  expect(await first).toEqual(["admin"]);
  await required;
  expect(await rolesOf(token)).toEqual([]);
});
