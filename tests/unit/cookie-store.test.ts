import "./mock-env";
import { randomBytes, randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { sessionLifetime, toTombstone, type Session } from "@/lib/session/model/session";
import { encodeSession } from "@/lib/session/stores/codec";
import { sessionCookieName } from "@/lib/session/stores/cookie";
import { cookieStore } from "@/lib/session/stores/cookie-store";
import { fakeDate, seconds } from "./clock";
import { forget, isEnded } from "./ended";
import { log } from "./mocks";
import { session, subject } from "./sessions";

const lifetime = sessionLifetime * 1000;
const otherSecret = ["o".repeat(40)];
const begin = (token: Session) => cookieStore.begin(token, { userAgent: null });
const endAll = (filter: Parameters<typeof cookieStore.endAll>[0]) => cookieStore.endAll(filter, []);

fakeDate();

beforeEach(() => forget("endings", "said"));

describe("a cookie", () => {
  test.each([
    ["a session", session()],
    ["a tombstone", toTombstone(session())],
  ])("is read as what it was written for: %s", async (_, token) => {
    expect(await cookieStore.read(await begin(token))).toEqual(token);
  });

  test("that cannot be read is reported as unreadable, and logged without its value", async () => {
    expect(await cookieStore.read("secret-looking-value")).toBe("unreadable");
    expect(log.warn).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(log.warn.mock.calls)).not.toContain("secret-looking-value");
  });

  const encoded = (secret: string[], name = sessionCookieName()) =>
    encodeSession(session(), secret, name);
  test.each<[string, () => Promise<string>]>([
    ["with another secret", () => encoded(otherSecret)],
    ["under another name", () => encoded(["s".repeat(40)], "authjs.state")],
    ["with another secret, and truncated", async () => (await encoded(otherSecret)).slice(0, 300)],
    ["by a row store", async () => randomBytes(32).toString("base64url")],
    ["by Auth.js's own database sessions", async () => randomUUID()],
  ])("that was made %s is foreign, and one log line says so for all requests", async (_, make) => {
    const value = await make();
    expect(await cookieStore.read(value)).toBe("foreign");
    expect(await cookieStore.read(value)).toBe("foreign");
    const line = "session cookie of another app, secret or store ignored";
    expect(log.warn.mock.calls).toEqual([[line]]);
  });

  test.each<[string, (value: string) => string]>([
    ["truncated", (value) => value.slice(0, 300)],
    ["tampered with", (value) => value.replace(/.{5}$/, "AAAAA")],
  ])("of ours that was %s is unreadable, not foreign", async (_, damage) => {
    expect(await cookieStore.read(damage(await begin(session())))).toBe("unreadable");
  });

  test("is not written again while the session is unchanged", async () => {
    const value = await begin(session());
    const read = await cookieStore.read(value);
    if (typeof read !== "object") throw new Error("not read");
    expect(await cookieStore.cookieFor(read, value)).toBeUndefined();
    expect(await cookieStore.cookieFor({ ...read, version: 1 }, value)).toEqual(expect.any(String));
  });
});

describe("a session is ended", () => {
  test("by its id, and no other session is", async () => {
    const [ended, other] = [session(), session()];
    expect(await cookieStore.end(ended)).toBe(ended);
    expect(await isEnded(ended)).toBe(true);
    expect(await isEnded(other)).toBe(false);
  });

  test("by a logout of its subject for good, unless it began after the logout", async () => {
    const startedAt = seconds();
    await endAll({ subject, before: startedAt * 1000 });
    // An earlier logout that arrives later.
    await endAll({ subject, before: startedAt * 1000 - lifetime });
    expect(await isEnded(session({ startedAt }))).toBe(true);
    expect(await isEnded(session({ startedAt: startedAt + 1 }))).toBe(false);
    expect(await isEnded(session({ subject: "somebody else", startedAt }))).toBe(false);
  });

  test("by a logout of the Logto session that it belongs to, unless it began later", async () => {
    await endAll({ logtoSessionId: "one", before: Date.now() });
    expect(await isEnded(session({ logtoSessionId: "one" }))).toBe(true);
    expect(await isEnded(session({ logtoSessionId: "one", startedAt: seconds() + 1 }))).toBe(false);
    for (const logtoSessionId of ["other", undefined])
      expect(await isEnded(session({ logtoSessionId }))).toBe(false);
  });

  test("for as long as any of its cookies can be valid, and is then forgotten", async () => {
    const started = { ...session({}, Date.now() + 3 * lifetime), startedAt: seconds() };
    await cookieStore.end(started);
    vi.setSystemTime(Date.now() + 2 * lifetime - 1);
    await cookieStore.end(session());
    expect(await isEnded(started)).toBe(true);
    vi.setSystemTime(Date.now() + 60_001);
    await cookieStore.end(session());
    expect(await isEnded(started)).toBe(false);
  });

  test("in every bundle of the process", async () => {
    const token = session();
    await cookieStore.end(token);
    vi.resetModules();
    const copy = await import("@/lib/session/stores/cookie-store");
    expect(copy.cookieStore).not.toBe(cookieStore);
    expect(await copy.cookieStore.read(await begin(token))).toBeUndefined();
  });

  test("and then gets no new cookie, and its refresh token is not used", async () => {
    const token = session();
    const use = vi.fn();
    await cookieStore.end(token);
    expect(await cookieStore.cookieFor({ ...token, version: 1 }, undefined)).toBeUndefined();
    expect(await cookieStore.exclusively(token, use)).toBeUndefined();
    expect(use).not.toHaveBeenCalled();
  });
});

test("ending all sessions returns those that are in memory, with their tokens", async () => {
  const inMemory = [session({ subject: "u1" })];
  expect(await cookieStore.endAll({ subject: "u1" }, inMemory)).toBe(inMemory);
});
