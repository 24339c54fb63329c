import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/db";
import {
  currentRevocations,
  isFirstUse,
  isRevoked,
  readRevocations,
  revokeFor,
  revokeSid,
} from "@/lib/session/revocations";
import { session } from "./sessions";

interface Row {
  key: string;
  before: Date;
  createdAt: Date;
  expires: Date;
}

const database = vi.hoisted(() => ({
  exists: false,
  strategy: "jwt",
  write: vi.fn(),
  findMany: vi.fn(),
  create: vi.fn(),
}));
vi.mock("@/lib/env", () => ({ env: () => ({ AUTH_SESSION_STRATEGY: database.strategy }) }));
vi.mock("@/lib/db", () => {
  class DatabaseError extends Error {}
  return {
    DatabaseError,
    hasDatabase: () => database.exists,
    db: () => ({ revocation: database, $executeRaw: database.write }),
    query: (promise: Promise<unknown>) => promise,
    isTaken: (error: unknown) => error instanceof Error && error.message === "taken",
  };
});

const day = 24 * 3600 * 1000;
const row = (key: string, changes: Partial<Row> = {}): Row => ({
  key,
  before: new Date(Date.now() + day),
  createdAt: new Date(),
  expires: new Date(Date.now() + day),
  ...changes,
});

beforeEach(() => {
  Reflect.deleteProperty(globalThis, Symbol.for("next-logto-starter.revocations"));
  database.exists = true;
  database.strategy = "jwt";
  database.write.mockReset().mockResolvedValue(undefined);
  database.findMany.mockReset().mockResolvedValue([]);
  database.create.mockReset().mockResolvedValue(undefined);
});

describe("a session is over", () => {
  test("once it was ended by its id, and no other is", async () => {
    const [ended, other] = [session(), session()];
    await revokeSid(ended.sid);
    expect(isRevoked(ended)).toBe(true);
    expect(isRevoked(other)).toBe(false);
  });

  test("in this process before the database has heard of it", () => {
    database.write.mockReturnValue(new Promise(() => undefined));
    const token = session();
    void revokeSid(token.sid);
    expect(isRevoked(token)).toBe(true);
  });

  test("when its subject was logged out after it began, and not when it began later", async () => {
    const startedAt = Math.floor(Date.now() / 1000);
    const sub = "somebody";
    await revokeFor({ sub }, startedAt * 1000);
    expect(isRevoked(session({ sub, startedAt }))).toBe(true);
    expect(isRevoked(session({ sub, startedAt: startedAt + 1 }))).toBe(false);
    expect(isRevoked(session({ sub: "somebody else", startedAt }))).toBe(false);
  });

  test("when Logto's session was logged out that it belongs to", async () => {
    await revokeFor({ logtoSid: "one" }, Date.now());
    expect(isRevoked(session({ logtoSid: "one" }))).toBe(true);
    expect(isRevoked(session({ logtoSid: "other" }))).toBe(false);
    expect(isRevoked(session())).toBe(false);
  });

  test("when another process ended it, once the list was read", async () => {
    const token = session();
    database.findMany.mockResolvedValue([row(`session:${token.sid}`)]);
    expect(isRevoked(token)).toBe(false);
    await readRevocations();
    expect(isRevoked(token)).toBe(true);
  });

  test("for good: an earlier logout that is read later takes nothing back", async () => {
    const startedAt = Math.floor(Date.now() / 1000);
    await revokeFor({ sub: "somebody" }, startedAt * 1000);
    await revokeFor({ sub: "somebody" }, startedAt * 1000 - day);
    expect(isRevoked(session({ sub: "somebody", startedAt }))).toBe(true);
  });
});

describe("the list", () => {
  test("is read at the first request, and not again by the next", async () => {
    await currentRevocations();
    await currentRevocations();
    expect(database.findMany).toHaveBeenCalledTimes(1);
  });

  test("is read once for any number of requests at a time", async () => {
    await Promise.all([1, 2, 3].map(() => currentRevocations()));
    expect(database.findMany).toHaveBeenCalledTimes(1);
  });

  test("that can't be read signs nobody out, and holds nobody up a second time", async () => {
    database.findMany.mockRejectedValue(new DatabaseError("down"));
    await currentRevocations();
    await currentRevocations();
    expect(database.findMany).toHaveBeenCalledTimes(1);
    expect(isRevoked(session())).toBe(false);
  });

  test.each([
    ["without a database", false, "jwt"],
    ["in strategy database, where rows decide", true, "database"],
  ])("is not read %s", async (_, exists, strategy) => {
    Object.assign(database, { exists, strategy });
    const token = session();
    await currentRevocations();
    await revokeSid(token.sid);
    expect(isRevoked(token)).toBe(true);
    expect(database.findMany).not.toHaveBeenCalled();
  });
});

describe("a logout token", () => {
  const soon = () => new Date(Date.now() + 60_000);

  test("is good once", async () => {
    expect(await isFirstUse("a", soon())).toBe(true);
    expect(await isFirstUse("a", soon())).toBe(false);
    expect(await isFirstUse("b", soon())).toBe(true);
  });

  test("that another process was sent before is not good", async () => {
    database.create.mockRejectedValue(new Error("taken"));
    expect(await isFirstUse("a", soon())).toBe(false);
  });

  test("is not used up when the database fails", async () => {
    database.create.mockRejectedValueOnce(new DatabaseError("down"));
    await expect(isFirstUse("a", soon())).rejects.toThrow("down");
    expect(await isFirstUse("a", soon())).toBe(true);
  });
});
