import { beforeEach, describe, expect, test, vi } from "vitest";
import { readSessionStatus } from "@/lib/session/lifecycle/session-status";
import type { Session } from "@/lib/session/model/session";
import { listSessions, revokeOtherSessions, revokeSession } from "@/lib/session/sessions";
import type { SessionFilter } from "@/lib/session/stores/store";
import { selectStore } from "../current-store";
import { cookiesOf, requestWith } from "../request";
import { session } from "../sessions";

const revokeGrant = vi.hoisted(() => vi.fn());
vi.mock("@/lib/logto/tokens", () => ({ revokeGrant }));
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("@/lib/session/stores/current-store", () => import("../current-store"));
vi.mock("next/headers", () => import("../request"));
vi.mock("@/lib/env", () => import("../environment"));

const isEnded = async (token: Session) =>
  (await readSessionStatus(await cookiesOf(token))).status !== "active";

beforeEach(() => {
  selectStore();
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

describe("with stored sessions (row store)", () => {
  /** Runs an action of a user. @returns which sessions the store had to end */
  async function endedBy(token: Session, act: () => Promise<void>) {
    const endAll = vi.fn(async (_which: SessionFilter) => []);
    selectStore({ read: async () => token, endAll });
    await (await requestWith(token)).run(act);
    return endAll.mock.calls.map(([which]) => which);
  }

  test("revoking by id ends that session if it is the user's own", async () => {
    const token = session();
    expect(await endedBy(token, () => revokeSession("row"))).toEqual([
      { subject: token.subject, rowId: "row" },
    ]);
  });

  test("revoking the others ends those of the user, but not this one", async () => {
    const token = session();
    expect(await endedBy(token, revokeOtherSessions)).toEqual([
      { subject: token.subject, except: token.sessionId },
    ]);
  });
});
