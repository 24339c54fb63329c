import { beforeEach, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/db";
import { LogtoError } from "@/lib/logto/errors";
import { withNewestTokens } from "@/lib/session/newest-tokens";
import { stateOf } from "@/lib/session/renewal";
import type { SessionToken } from "@/lib/session/session-token";
import { session } from "./sessions";

/** One row, as `lockRow` gives and saves it. */
interface Table {
  row: { token: SessionToken; ended: boolean } | undefined;
  saved: object[];
  down: "never" | "before" | "after";
  isDown: boolean;
}
const table = vi.hoisted((): Table => ({ row: undefined, saved: [], down: "never", isDown: false }));
const variables = vi.hoisted(() => ({ AUTH_SESSION_STRATEGY: "jwt" }));
vi.mock("@/lib/env", () => ({ env: () => variables, isHttps: () => false }));
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("@/lib/db", () => {
  class DatabaseError extends Error {}
  return { DatabaseError, hasDatabase: () => true, isDown: () => table.isDown };
});
vi.mock("@/lib/session/revocations", () => ({ isRevoked: () => false, readRevocations: vi.fn() }));
vi.mock("@/lib/session/rows", async () => {
  const { DatabaseError } = await import("@/lib/db");
  type Work = (row: unknown, save: (data: object) => Promise<void>) => Promise<unknown>;
  return {
    fromRow: (row: unknown) => Promise.resolve(row),
    toColumns: ({ generation }: SessionToken) => Promise.resolve({ generation }),
    saveLater: vi.fn(),
    lockRow: async (_sid: string, work: Work) => {
      if (table.down === "before") throw new DatabaseError("down");
      const saved: object[] = [];
      const result = await work(table.row, (data) => Promise.resolve(void saved.push(data)));
      if (table.down === "after") throw new DatabaseError("down");
      table.saved.push(...saved);
      return result;
    },
  };
});

const newer = (token: SessionToken) => ({
  ...token,
  generation: token.generation + 1,
  refreshToken: "newer",
});

beforeEach(() => {
  Object.assign(table, { row: undefined, saved: [], down: "never", isDown: false });
  variables.AUTH_SESSION_STRATEGY = "jwt";
});

test("what another process got is used, and is not written back", async () => {
  const token = session();
  table.row = { token: newer(token), ended: false };
  const state = stateOf(token);
  expect(await withNewestTokens(state, async () => state.token.refreshToken)).toBe("newer");
  expect(table.saved).toEqual([]);
});

test("what this process gets is written before the next one may go on", async () => {
  const token = session();
  table.row = { token, ended: false };
  const state = stateOf(token);
  await withNewestTokens(state, async () => {
    state.token = newer(token);
  });
  expect(table.saved).toEqual([{ generation: 1 }]);
});

test("a failure of Logto is passed on, and the transaction completed", async () => {
  const token = session();
  table.row = { token, ended: false };
  const failing = withNewestTokens(stateOf(token), () =>
    Promise.reject(new LogtoError("unavailable", "down")),
  );
  await expect(failing).rejects.toMatchObject({ code: "unavailable" });
});

test("a grant that Logto ended is ended in the row, too, without its tokens", async () => {
  const token = session();
  table.row = { token, ended: false };
  const state = stateOf(token);
  const failing = withNewestTokens(state, async () => {
    state.ended = true;
    throw new LogtoError("invalid_grant", "over");
  });
  await expect(failing).rejects.toMatchObject({ code: "invalid_grant" });
  expect(table.saved).toEqual([{ endedAt: expect.any(Date), sealedTokens: null }]);
});

test("a session whose row is gone has ended", async () => {
  const state = stateOf(session());
  await withNewestTokens(state, () => Promise.resolve());
  expect(state.ended).toBe(true);
});

test("strategy jwt goes on without a database that is down", async () => {
  table.isDown = true;
  expect(await withNewestTokens(stateOf(session()), () => Promise.resolve("done"))).toBe("done");
});

test("strategy jwt goes on when the database turns out to be down", async () => {
  table.down = "before";
  const use = withNewestTokens(stateOf(session()), () => Promise.resolve("done"));
  table.isDown = true;
  expect(await use).toBe("done");
});

test("while the database is only slow, strategy jwt waits: another process may be using the token", async () => {
  table.down = "before";
  const use = vi.fn();
  await expect(withNewestTokens(stateOf(session()), use)).rejects.toMatchObject({ code: "unavailable" });
  expect(use).not.toHaveBeenCalled();
});

test("strategy database does not: the row has the tokens", async () => {
  table.down = "before";
  variables.AUTH_SESSION_STRATEGY = "database";
  const use = vi.fn();
  await expect(withNewestTokens(stateOf(session()), use)).rejects.toMatchObject({
    code: "unavailable",
    cause: expect.any(DatabaseError),
  });
  expect(use).not.toHaveBeenCalled();
});

test.each(["jwt", "database"])(
  "tokens that strategy %s can't store are kept and written the next time",
  async (strategy) => {
    variables.AUTH_SESSION_STRATEGY = strategy;
    const token = session();
    const state = stateOf(token);
    table.row = { token, ended: false };
    table.down = "after";
    await withNewestTokens(state, async () => {
      state.token = newer(token);
    });
    expect(state.token.refreshToken).toBe("newer");
    expect(table.saved).toEqual([]);
    table.down = "never";
    await withNewestTokens(state, () => Promise.resolve());
    expect(table.saved).toEqual([{ generation: 1 }]);
  },
);
