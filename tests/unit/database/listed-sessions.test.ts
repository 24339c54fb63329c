import "../mock-request";
import { beforeEach, expect, test, vi } from "vitest";
import { readSessionStatus } from "@/lib/session/lifecycle/session-status";
import type { Session } from "@/lib/session/model/session";
import { listSessions, revokeOtherSessions, revokeSession } from "@/lib/session/sessions";
import type { SessionFilter } from "@/lib/session/stores/store";
import { selectStore } from "../current-store";
import { forget } from "../ended";
import { revokeGrant } from "../mocks";
import { cookiesOf, requestWith } from "../request";
import { session } from "../sessions";

vi.mock("@/lib/session/stores/current-store", () => import("../current-store"));

const isEnded = async (token: Session) =>
  (await readSessionStatus(await cookiesOf(token))).status !== "active";

beforeEach(() => {
  selectStore();
  forget("endings");
});

test("without stored sessions none are listed, and none can be revoked, not even this one", async () => {
  const [token, other] = [session(), session()];
  const request = await requestWith(token);
  expect(await request.run(listSessions)).toEqual([]);
  await request.run(revokeOtherSessions);
  await request.run(() => revokeSession("an id that is none"));
  const later = session({ startedAt: Math.floor(Date.now() / 1000) + 60 });
  for (const each of [token, other, later]) expect(await isEnded(each)).toBe(false);
  expect(revokeGrant).not.toHaveBeenCalled();
});

test.each([
  ["by id ends that session if it is the user's own", () => revokeSession("row"), "rowId", "row"],
  ["the others ends those of the user, but not this one", revokeOtherSessions, "except", "this"],
])("revoking %s", async (_, act, field, value) => {
  const token = session({ sessionId: "this" });
  const endAll = vi.fn(async (_which: SessionFilter) => []);
  selectStore({ read: async () => token, endAll });
  await (await requestWith(token)).run(act);
  const ended = endAll.mock.calls.map(([which]) => which);
  expect(ended).toEqual([{ subject: token.subject, [field]: value }]);
});
