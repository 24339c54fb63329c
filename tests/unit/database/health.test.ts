import "../mock-env";
import { beforeEach, expect, test, vi } from "vitest";
import { isReady } from "@/lib/server/health";
import { variables } from "../environment";
import { log } from "../mocks";

const { hasDatabase, queryRaw } = vi.hoisted(() => ({ hasDatabase: vi.fn(), queryRaw: vi.fn() }));
vi.mock("@/lib/database/client", () => ({
  hasDatabase,
  db: () => ({ $queryRaw: queryRaw }),
  query: (promise: Promise<unknown>) => promise,
}));

let now = Date.now();

beforeEach(() => {
  // Late enough for the cached verdict of the test before to have expired.
  now += 60_000;
  vi.spyOn(globalThis, "fetch").mockImplementation(async () =>
    Response.json({ issuer: variables.AUTH_LOGTO_ISSUER }),
  );
});

test("an instance is ready if the database responds, or none is configured", async () => {
  hasDatabase.mockReturnValue(true);
  queryRaw.mockResolvedValue([]);
  expect(await isReady(now)).toBe(true);
  hasDatabase.mockReturnValue(false);
  queryRaw.mockRejectedValue(new Error("asked"));
  expect(await isReady((now += 60_000))).toBe(true);
  expect(log.error).not.toHaveBeenCalled();
});

test("an instance is not ready if the database does not respond, and logs the reason", async () => {
  hasDatabase.mockReturnValue(true);
  queryRaw.mockRejectedValue(new Error("P1001"));
  expect(await isReady(now)).toBe(false);
  expect(log.error.mock.calls).toEqual([["not ready", { database: "P1001", issuer: undefined }]]);
});
