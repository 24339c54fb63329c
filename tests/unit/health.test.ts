import { beforeEach, describe, expect, test, vi } from "vitest";
import { isReady } from "@/lib/health";

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
    Object.assign(state, { hasDatabase: false, database: () => Promise.reject(new Error("asked")) });
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
    ["is another one", () => Promise.resolve(Response.json({ issuer: "x" })), "names another issuer"],
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

  test("asks once for all that ask within five seconds, and then again", async () => {
    await Promise.all(Array.from({ length: 100 }, (_, index) => isReady(now + index * 40)));
    expect(fetching).toHaveBeenCalledTimes(1);
    fetching.mockRejectedValue(new TypeError("fetch failed"));
    expect(await isReady(now + 4_999)).toBe(true);
    expect(await isReady(now + 5_000)).toBe(false);
    expect(fetching).toHaveBeenCalledTimes(2);
  });
});
