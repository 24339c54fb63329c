import { beforeEach, describe, expect, test, vi } from "vitest";
import { removeState, knownSessions, sessionState } from "@/lib/session/lifecycle/session-state";
import type { Session } from "@/lib/session/model/session";
import { session } from "./sessions";

const warn = vi.hoisted(() => vi.fn());
vi.mock("@/lib/log", () => ({ log: { warn } }));

const limit = 100_000;
const template = session();
const cheap = (index: number): Session => ({ ...template, sessionId: `session ${index}` });
const newer = (token: Session): Session => ({ ...token, version: token.version + 1 });
const all = () => knownSessions(() => true).length;

beforeEach(() => {
  warn.mockClear();
  Reflect.deleteProperty(globalThis, Symbol.for("next-logto-starter.sessions"));
});

describe("the state of a session", () => {
  test("is one for all copies of it", () => {
    const token = session();
    expect(sessionState({ ...token })).toBe(sessionState(token));
    expect(sessionState(session())).not.toBe(sessionState(token));
  });

  test("keeps the newest copy, whichever request brings it", () => {
    const token = session();
    sessionState(newer(token));
    expect(sessionState(token).session.version).toBe(1);
    sessionState(newer(newer(token)));
    expect(sessionState(token).session.version).toBe(2);
  });

  test("that was written nowhere is written once a request brings a newer copy", () => {
    const token = session();
    sessionState(token).isUnwritten = true;
    expect(sessionState(token).isUnwritten).toBe(true);
    expect(sessionState(newer(token)).isUnwritten).toBe(false);
  });

  test("tells what is under way that it was taken away, and a later request nothing", () => {
    const token = session();
    const state = sessionState(token);
    expect(removeState(token)).toBe(state);
    expect(state.isSignedOut).toBe(true);
    expect(sessionState(token)).not.toBe(state);
  });
});

describe("many sessions at once", () => {
  test("lose nothing: 10,001 renewed ones are all still known", () => {
    const tokens = Array.from({ length: 10_001 }, (_, index) => cheap(index));
    for (const token of tokens) sessionState(token).session = newer(token);
    expect(tokens.filter((token) => sessionState(token).session.version !== 1)).toEqual([]);
    expect(warn).not.toHaveBeenCalled();
  });

  test("of more than 100,000 drop those that were not used for longest, and say so once", () => {
    for (let index = 0; index < limit; index += 1) sessionState(cheap(index));
    const [used, oldest] = [sessionState(cheap(0)), sessionState(cheap(2))];
    sessionState(cheap(1));
    expect(warn).not.toHaveBeenCalled();
    for (const index of [limit, limit + 1]) sessionState(cheap(index));
    expect(warn).toHaveBeenCalledExactlyOnceWith("many sessions in memory", {
      sessions: limit + 1,
    });
    expect(all()).toBe(limit);
    const known = new Set(
      knownSessions(({ sessionId }) => /^session [0-4]$/.test(sessionId)).map(
        ({ sessionId }) => sessionId,
      ),
    );
    expect([...known].sort()).toEqual(["session 0", "session 1", "session 2"]);
    expect([sessionState(cheap(0)), sessionState(cheap(2))]).toEqual([used, oldest]);
  });

  test("of more than 100,000 drop none that no cookie has, and none whose tokens are being asked for", () => {
    const [unwritten, pending] = [sessionState(cheap(0)), sessionState(cheap(1))];
    unwritten.isUnwritten = true;
    pending.pending = 1;
    for (let index = 2; index < limit + 10; index += 1) sessionState(cheap(index));
    expect(all()).toBe(limit);
    expect(sessionState(cheap(0))).toBe(unwritten);
    expect(sessionState(cheap(1))).toBe(pending);
    expect(knownSessions(({ sessionId }) => /^session \d$/.test(sessionId))).toHaveLength(2);
  });

  test("of more than 100,000 are all held while none could be restored, the newest included", () => {
    for (let index = 0; index < limit + 2; index += 1)
      sessionState(cheap(index)).isUnwritten = true;
    expect(all()).toBe(limit + 2);
  });
});
