import { beforeEach, describe, expect, test, vi } from "vitest";
import { readSessionStatus } from "@/lib/session/lifecycle/session-status";
import type { Session } from "@/lib/session/model/session";
import { listSessions, revokeOtherSessions, revokeSession } from "@/lib/session/sessions";
import { cookiesOf, requestWith } from "../request";
import { session } from "../sessions";

const revokeGrant = vi.hoisted(() => vi.fn());
vi.mock("@/lib/logto/tokens", () => ({ revokeGrant }));
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("next/headers", () => import("../request"));
vi.mock("@/lib/env", () => import("../environment"));

const isEnded = async (token: Session) =>
  (await readSessionStatus(await cookiesOf(token))).status !== "active";

beforeEach(() => {
  revokeGrant.mockReset().mockResolvedValue(undefined);
  Reflect.deleteProperty(globalThis, Symbol.for("next-logto-starter.endings"));
});

describe("without stored sessions (cookie store)", () => {
  test("no sessions are listed", async () => {
    expect(await (await requestWith(session())).run(listSessions)).toEqual([]);
  });

  test("other sessions can't be revoked, and the current session continues", async () => {
    const [token, other] = [session(), session()];
    await (await requestWith(token)).run(revokeOtherSessions);
    expect([await isEnded(token), await isEnded(other)]).toEqual([false, false]);
  });

  test("revoking by id ends nothing: neither this session nor a later sign-in", async () => {
    const token = session();
    await (await requestWith(token)).run(() => revokeSession("an id that is none"));
    const later = session({ startedAt: Math.floor(Date.now() / 1000) + 60 });
    expect([await isEnded(token), await isEnded(later)]).toEqual([false, false]);
    expect(revokeGrant).not.toHaveBeenCalled();
  });
});
