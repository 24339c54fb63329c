import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isRevoked, revokeFor, revokeSid } from "@/lib/session/revocations";
import { sessionLifetime } from "@/lib/session/session-token";
import { session } from "./sessions";

const day = 24 * 3600 * 1000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  Reflect.deleteProperty(globalThis, Symbol.for("next-logto-starter.revocations"));
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a session is over", () => {
  test("once it was ended by its id, and no other is", () => {
    const [ended, other] = [session(), session()];
    revokeSid(ended.sid);
    expect(isRevoked(ended)).toBe(true);
    expect(isRevoked(other)).toBe(false);
  });

  test("when its subject was logged out after it began, and not when it began later", () => {
    const startedAt = Math.floor(Date.now() / 1000);
    const sub = "somebody";
    revokeFor({ sub }, startedAt * 1000);
    expect(isRevoked(session({ sub, startedAt }))).toBe(true);
    expect(isRevoked(session({ sub, startedAt: startedAt + 1 }))).toBe(false);
    expect(isRevoked(session({ sub: "somebody else", startedAt }))).toBe(false);
  });

  test("when Logto's session was logged out that it belongs to", () => {
    revokeFor({ logtoSid: "one" }, Date.now());
    expect(isRevoked(session({ logtoSid: "one" }))).toBe(true);
    expect(isRevoked(session({ logtoSid: "other" }))).toBe(false);
    expect(isRevoked(session())).toBe(false);
  });

  test("for good: an earlier logout that arrives later takes nothing back", () => {
    const startedAt = Math.floor(Date.now() / 1000);
    revokeFor({ sub: "somebody" }, startedAt * 1000);
    revokeFor({ sub: "somebody" }, startedAt * 1000 - day);
    expect(isRevoked(session({ sub: "somebody", startedAt }))).toBe(true);
  });

  test("for as long as any cookie of it can live, and is forgotten then", () => {
    const token = session();
    revokeSid(token.sid);
    vi.setSystemTime(Date.now() + 2 * sessionLifetime * 1000 - 1);
    revokeSid("another");
    expect(isRevoked(token)).toBe(true);
    vi.setSystemTime(Date.now() + 60_001);
    revokeSid("one more");
    expect(isRevoked(token)).toBe(false);
  });

  test("in every bundle of the process", async () => {
    const token = session();
    revokeSid(token.sid);
    vi.resetModules();
    const copy = await import("@/lib/session/revocations");
    expect(copy.isRevoked).not.toBe(isRevoked);
    expect(copy.isRevoked(token)).toBe(true);
  });
});
