import { beforeEach, describe, expect, test, vi } from "vitest";
import { readSessionStatus } from "@/lib/session/lifecycle/session-status";
import type { Session } from "@/lib/session/model/session";
import { listSessions, revokeOtherSessions, revokeSession } from "@/lib/session/sessions";
import { cookiesOf, requestWith } from "./request";
import { session } from "./sessions";

const revokeGrant = vi.hoisted(() => vi.fn());
vi.mock("@/lib/logto/tokens", () => ({ revokeGrant }));
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => import("./environment"));

const isOver = async (token: Session) =>
  (await readSessionStatus(await cookiesOf(token))).status !== "active";

beforeEach(() => {
  revokeGrant.mockReset().mockResolvedValue(undefined);
  Reflect.deleteProperty(globalThis, Symbol.for("next-logto-starter.endings"));
});

describe("where only browsers know of sessions", () => {
  test("none are listed", async () => {
    expect(await (await requestWith(session())).run(listSessions)).toEqual([]);
  });

  test("the others can't be ended, and this one goes on", async () => {
    const [token, other] = [session(), session()];
    await (await requestWith(token)).run(revokeOtherSessions);
    expect([await isOver(token), await isOver(other)]).toEqual([false, false]);
  });

  test("an id names none, so that nothing ends by it: not this session, and no later sign-in", async () => {
    const token = session();
    await (await requestWith(token)).run(() => revokeSession("an id that is none"));
    const later = session({ startedAt: Math.floor(Date.now() / 1000) + 60 });
    expect([await isOver(token), await isOver(later)]).toEqual([false, false]);
    expect(revokeGrant).not.toHaveBeenCalled();
  });
});
