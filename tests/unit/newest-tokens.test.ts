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
}
const table = vi.hoisted((): Table => ({ row: undefined, saved: [], down: "never" }));
const { lockRow, rows, saveLater } = vi.hoisted(() => ({
  lockRow: vi.fn(),
  rows: { are: true },
  saveLater: vi.fn(),
}));
vi.mock("@/lib/env", () => ({ env: () => ({}), isHttps: () => false, usesRows: () => rows.are }));
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("@/lib/db", () => {
  class DatabaseError extends Error {}
  return {
    DatabaseError,
    isDatabaseError: (error: unknown) => error instanceof DatabaseError,
    hasDatabase: () => true,
  };
});
vi.mock("@/lib/session/rows", () => ({
  fromRow: (row: unknown) => Promise.resolve(row),
  toColumns: ({ generation }: SessionToken) => Promise.resolve({ generation }),
  saveLater,
  lockRow,
}));

type Work = (row: unknown, save: (data: object) => Promise<void>) => Promise<unknown>;

const newer = (token: SessionToken) => ({
  ...token,
  generation: token.generation + 1,
  refreshToken: "newer",
});

beforeEach(() => {
  Object.assign(table, { row: undefined, saved: [], down: "never" });
  rows.are = true;
  saveLater.mockReset().mockResolvedValue(undefined);
  lockRow.mockReset().mockImplementation(async (_sid: string, work: Work) => {
    if (table.down === "before") throw new DatabaseError("down");
    const saved: object[] = [];
    const result = await work(table.row, (data) => Promise.resolve(void saved.push(data)));
    if (table.down === "after") throw new DatabaseError("down");
    table.saved.push(...saved);
    return result;
  });
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
  expect(lockRow).toHaveBeenCalledExactlyOnceWith(token.sid, expect.any(Function));
  expect(table.saved).toEqual([{ generation: 1 }]);
});

test("a failure of Logto is passed on, and the transaction completed", async () => {
  const token = session();
  table.row = { token, ended: false };
  const failure = new LogtoError("unavailable", "down");
  await expect(withNewestTokens(stateOf(token), () => Promise.reject(failure))).rejects.toBe(failure);
  expect(saveLater).not.toHaveBeenCalled();
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

test("a session that another process found ended has ended before its tokens are used", async () => {
  const token = session();
  table.row = { token, ended: true };
  const state = stateOf(token);
  expect(await withNewestTokens(state, () => Promise.resolve(state.ended))).toBe(true);
});

test("a session that was ended by older tokens than this process has goes on", async () => {
  const token = session();
  table.row = { token, ended: true };
  const state = stateOf(newer(token));
  expect(await withNewestTokens(state, () => Promise.resolve(state.ended))).toBe(false);
});

test("a session whose row is gone has ended", async () => {
  const state = stateOf(session());
  expect(await withNewestTokens(state, () => Promise.resolve(state.ended))).toBe(true);
});

test("while the row can't be locked, its tokens are not used: another process may be using them", async () => {
  table.down = "before";
  const use = vi.fn();
  await expect(withNewestTokens(stateOf(session()), use)).rejects.toMatchObject({
    code: "unavailable",
    cause: expect.any(DatabaseError),
  });
  expect(use).not.toHaveBeenCalled();
});

test("tokens that can't be stored are kept, and written later or by the next who uses them", async () => {
  const token = session();
  const state = stateOf(token);
  table.row = { token, ended: false };
  table.down = "after";
  await withNewestTokens(state, async () => {
    state.token = newer(token);
  });
  expect(state.token.refreshToken).toBe("newer");
  expect(table.saved).toEqual([]);
  expect(saveLater).toHaveBeenCalledExactlyOnceWith(state.token);
  table.down = "never";
  await withNewestTokens(state, () => Promise.resolve());
  expect(table.saved).toEqual([{ generation: 1 }]);
});

test("what is no outage of the database is thrown on", async () => {
  lockRow.mockRejectedValue(new TypeError("a bug"));
  await expect(withNewestTokens(stateOf(session()), () => Promise.resolve())).rejects.toThrow(TypeError);
});

test("where the cookie is the session, there is nothing to lock", async () => {
  rows.are = false;
  expect(await withNewestTokens(stateOf(session()), () => Promise.resolve("done"))).toBe("done");
  expect(lockRow).not.toHaveBeenCalled();
});
