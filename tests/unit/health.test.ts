import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isReady } from "@/lib/server/health";

const issuer = "http://localhost:3001/oidc";
const state = vi.hoisted(() => ({
  hasDatabase: true,
  database: (): Promise<unknown> => Promise.resolve([]),
  logged: new Array<unknown>(),
}));
vi.mock("@/lib/env", () => ({ env: () => ({ AUTH_LOGTO_ISSUER: "http://localhost:3001/oidc" }) }));
vi.mock("@/lib/database/client", () => ({
  hasDatabase: () => state.hasDatabase,
  db: () => ({ $queryRaw: () => state.database() }),
  query: (promise: Promise<unknown>) => promise,
}));
vi.mock("@/lib/log", () => ({ log: { error: (...entry: unknown[]) => state.logged.push(entry) } }));

const forget = () => Reflect.deleteProperty(globalThis, Symbol.for("next-logto-starter.readiness"));

let now = Date.now();
const fetching = vi.spyOn(globalThis, "fetch");

beforeEach(() => {
  // Nothing is left of the verdict before.
  now += 60_000;
  Object.assign(state, { hasDatabase: true, database: () => Promise.resolve([]), logged: [] });
  fetching.mockReset().mockImplementation(() => Promise.resolve(Response.json({ issuer })));
});

describe("an instance", () => {
  test("is ready when the database and the issuer answer", async () => {
    expect(await isReady(now)).toBe(true);
    expect(state.logged).toEqual([]);
  });

  test("is ready without a database where none is configured", async () => {
    Object.assign(state, {
      hasDatabase: false,
      database: () => Promise.reject(new Error("asked")),
    });
    expect(await isReady(now)).toBe(true);
  });

  test("is not ready when the database does not answer, and says so in the log", async () => {
    state.database = () => Promise.reject(new Error("P1001"));
    expect(await isReady(now)).toBe(false);
    expect(state.logged).toEqual([["not ready", { database: "P1001", issuer: undefined }]]);
  });

  test.each([
    ["does not answer", () => Promise.reject(new TypeError("fetch failed")), "fetch failed"],
    ["answers no JSON", () => Promise.resolve(new Response("<html>")), "JSON"],
    [
      "is another one",
      () => Promise.resolve(Response.json({ issuer: "https://auth.example.com/oidc" })),
      "http://localhost:3001/oidc (AUTH_LOGTO_ISSUER) names another issuer: https://auth.example.com/oidc",
    ],
    [
      "answers with an error",
      () => Promise.resolve(Response.json({ error: "x" }, { status: 500 })),
      "another issuer",
    ],
  ])("is not ready when the issuer %s", async (_, answer, reason) => {
    fetching.mockImplementation(answer);
    expect(await isReady(now)).toBe(false);
    expect(state.logged).toEqual([["not ready", { issuer: expect.stringContaining(reason) }]]);
  });

  describe("whose Logto is slow", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    const late = (milliseconds: number, answer: object) =>
      fetching.mockImplementation(
        () =>
          new Promise(
            (resolve) => void setTimeout(() => resolve(Response.json(answer)), milliseconds),
          ),
      );

    /** The verdict, if it is there after so many milliseconds. */
    async function verdict(at: number, milliseconds: number): Promise<boolean | undefined> {
      const told: { verdict?: boolean } = {};
      void isReady(at).then((ready) => (told.verdict = ready));
      await vi.advanceTimersByTimeAsync(milliseconds);
      return told.verdict;
    }

    test("is ready after 5 s at first, and later after 1 s: the last verdict counts until there is another", async () => {
      forget();
      late(5_000, { issuer });
      expect(await verdict(now, 4_999)).toBeUndefined();
      expect(await verdict(now, 1)).toBe(true);
      expect(await verdict(now + 10_000, 1_000)).toBe(true);
      await vi.advanceTimersByTimeAsync(4_000);
      expect(fetching).toHaveBeenCalledTimes(2);
      expect(state.logged).toEqual([]);
    });

    test("is not ready as soon as that is clear", async () => {
      late(4_000, {});
      expect(await verdict(now, 1_000)).toBe(true);
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await verdict(now, 0)).toBe(false);
      expect(state.logged).toHaveLength(1);
    });
  });

  test("asks once for all that ask within five seconds, and then again", async () => {
    await Promise.all(Array.from({ length: 100 }, (_, index) => isReady(now + index * 40)));
    expect(fetching).toHaveBeenCalledTimes(1);
    fetching.mockRejectedValue(new TypeError("fetch failed"));
    expect(await isReady(now + 4_999)).toBe(true);
    expect(await isReady(now + 5_000)).toBe(false);
    expect(fetching).toHaveBeenCalledTimes(2);
  });
});
