import { beforeEach, describe, expect, test, vi } from "vitest";
import { removeState, knownSessions, sessionState } from "@/lib/session/lifecycle/session-state";
import type { Session } from "@/lib/session/model/session";
import { forget } from "./ended";
import { log } from "./mocks";
import { session } from "./sessions";

vi.mock("@/lib/log", () => import("./mocks"));

const limit = 100_000;
const template = session();
const sessionNumber = (index: number): Session => ({ ...template, sessionId: `session ${index}` });
const newer = (token: Session): Session => ({ ...token, version: token.version + 1 });
const stateCount = () => knownSessions(() => true).length;

beforeEach(() => forget("sessions"));

describe("the state of a session", () => {
  test("is the same for all copies of it", () => {
    const token = session();
    expect(sessionState({ ...token })).toBe(sessionState(token));
    expect(sessionState(session())).not.toBe(sessionState(token));
  });

  test("holds the newest copy, whichever request brings it", () => {
    const token = session();
    sessionState(newer(token));
    expect(sessionState(token).session.version).toBe(1);
    sessionState(newer(newer(token)));
    expect(sessionState(token).session.version).toBe(2);
  });

  test("holds the copy that ends later, of two with the same tokens", () => {
    const token = session();
    const extended = { ...token, exp: token.exp + 1 };
    sessionState(extended);
    expect(sessionState(token).session).toBe(extended);
    sessionState({ ...extended, exp: extended.exp + 1 });
    expect(sessionState(token).session.exp).toBe(token.exp + 2);
  });

  test("is no longer unwritten once a request brings a newer copy", () => {
    const token = session();
    sessionState(token).isUnwritten = true;
    expect(sessionState(token).isUnwritten).toBe(true);
    expect(sessionState(newer(token)).isUnwritten).toBe(false);
  });

  test("marks running requests as signed out when removed, but not later requests", () => {
    const token = session();
    const state = sessionState(token);
    expect(removeState(token)).toBe(state);
    expect(state.isRemoved).toBe(true);
    expect(sessionState(token)).not.toBe(state);
  });
});

describe("many sessions at once", () => {
  test("beyond 100,000 evict the least recently used, which is logged once", () => {
    for (let index = 0; index < limit; index += 1) sessionState(sessionNumber(index));
    const [used, oldest] = [sessionState(sessionNumber(0)), sessionState(sessionNumber(2))];
    sessionState(sessionNumber(1));
    expect(log.warn).not.toHaveBeenCalled();
    for (const index of [limit, limit + 1]) sessionState(sessionNumber(index));
    expect(log.warn).toHaveBeenCalledExactlyOnceWith("many sessions in memory", {
      sessions: limit + 1,
    });
    expect(stateCount()).toBe(limit);
    const inMemory = knownSessions(({ sessionId }) => /^session [0-4]$/.test(sessionId));
    expect(inMemory.map(({ sessionId }) => sessionId).sort()).toEqual([
      "session 0",
      "session 1",
      "session 2",
    ]);
    expect([0, 2].map((index) => sessionState(sessionNumber(index)))).toEqual([used, oldest]);
  });

  test("beyond 100,000 evict none that is unwritten or has a token request under way", () => {
    const [unwritten, pending] = [sessionState(sessionNumber(0)), sessionState(sessionNumber(1))];
    unwritten.isUnwritten = true;
    pending.pending = 1;
    for (let index = 2; index < limit + 10; index += 1) sessionState(sessionNumber(index));
    expect(stateCount()).toBe(limit);
    expect(sessionState(sessionNumber(0))).toBe(unwritten);
    expect(sessionState(sessionNumber(1))).toBe(pending);
    expect(knownSessions(({ sessionId }) => /^session \d$/.test(sessionId))).toHaveLength(2);
  });

  test("beyond 100,000 all stay in memory while all are unwritten, the newest included", () => {
    for (let index = 0; index < limit + 2; index += 1)
      sessionState(sessionNumber(index)).isUnwritten = true;
    expect(stateCount()).toBe(limit + 2);
  });
});
