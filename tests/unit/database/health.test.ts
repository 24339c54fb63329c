import { beforeEach, expect, test, vi } from "vitest";
import { isReady } from "@/lib/server/health";

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

beforeEach(() => {
  // Late enough for the cached verdict of the test before to have expired.
  now += 60_000;
  Object.assign(state, { hasDatabase: true, database: () => Promise.resolve([]), logged: [] });
  vi.spyOn(globalThis, "fetch").mockImplementation(() =>
    Promise.resolve(Response.json({ issuer: "http://localhost:3001/oidc" })),
  );
});

test("an instance is ready if the database and the issuer respond", async () => {
  expect(await isReady(now)).toBe(true);
  expect(state.logged).toEqual([]);
});

test("an instance is ready without a database if none is configured", async () => {
  Object.assign(state, {
    hasDatabase: false,
    database: () => Promise.reject(new Error("asked")),
  });
  expect(await isReady(now)).toBe(true);
});

test("an instance is not ready if the database does not respond, and logs the reason", async () => {
  state.database = () => Promise.reject(new Error("P1001"));
  expect(await isReady(now)).toBe(false);
  expect(state.logged).toEqual([["not ready", { database: "P1001", issuer: undefined }]]);
});
