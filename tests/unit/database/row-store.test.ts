import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { PrismaClient } from "@/generated/prisma/client";
import { DatabaseError } from "@/lib/database-error";
import { db, lockDb } from "@/lib/database/client";
import { fromRow, listRows, rowStore, toColumns } from "@/lib/database/row-store";
import { LogtoError } from "@/lib/logto/errors";
import { pause } from "@/lib/pause";
import { sessionLifetime, toTombstone, type Session } from "@/lib/session/model/session";
import { encodeSession } from "@/lib/session/stores/codec";
import { sessionCookieName } from "@/lib/session/stores/cookie";
import { applyMigrations } from "../../../dev/database/migrations";
import { startPostgres, type Postgres } from "../../postgres/server";
import { variables } from "../environment";
import { session } from "../sessions";

const { outage, log, after } = vi.hoisted(() => ({
  after: vi.fn((work: () => unknown) => void work()),
  outage: { isOn: false },
  log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
}));
vi.mock("@/lib/env", () => import("../environment"));
vi.mock("@/lib/log", () => ({ log }));
vi.mock("next/server", () => ({ after }));
vi.mock("@/lib/database/client", async (original) => {
  const actual = await original<{ lockDb: () => PrismaClient }>();
  const failing = { $transaction: () => Promise.reject(new TypeError("the database is down")) };
  return { ...actual, lockDb: () => (outage.isOn ? failing : actual.lockDb()) };
});

const subject = "k3v9t2m8qx1a";
const firefox = { userAgent: "Firefox" };
const seconds = () => Math.floor(Date.now() / 1000);
let database: Postgres;

beforeAll(async () => {
  database = await startPostgres();
  await applyMigrations(database.url);
  variables.DATABASE_URL = database.url;
  variables.AUTH_SESSION_STRATEGY = "database";
  await db().user.createMany({ data: [{ id: subject }, { id: "p7c4w1n6zr5b" }] });
  // Makes the commit of a session in table `fault` fail, as a lost connection would.
  for (const statement of [
    `CREATE TABLE fault (sessionId text)`,
    `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF EXISTS (SELECT 1 FROM fault WHERE sessionId = NEW.sid) THEN RAISE 'no commit'; END IF; RETURN NULL; END $$`,
    `CREATE CONSTRAINT TRIGGER fail AFTER UPDATE ON "Session" DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION fail()`,
  ])
    await db().$executeRawUnsafe(statement);
}, 60_000);

afterAll(async () => {
  await Promise.all([db().$disconnect(), lockDb().$disconnect()]);
  await database.close();
});

beforeEach(async () => {
  outage.isOn = false;
  vi.clearAllMocks();
  Reflect.deleteProperty(globalThis, Symbol.for("next-logto-starter.said"));
  await db().$executeRaw`DELETE FROM fault`;
  await db().session.deleteMany();
});

const rowOf = (sessionId: string) => db().session.findUnique({ where: { sessionId } });
const failCommits = ({ sessionId }: Session) =>
  db().$executeRaw`INSERT INTO fault VALUES (${sessionId})`;
const renewed = (token: Session): Session => ({
  ...token,
  version: token.version + 1,
  refreshToken: `refresh-token-${token.version + 1}`,
});

/** Begins a session: returns it with the value of its cookie. */
async function begun(changes: Partial<Session> = {}) {
  const token = session(changes);
  return { token, cookie: await rowStore.begin(token, firefox) };
}

async function read(cookie: string): Promise<Session> {
  const found = await rowStore.read(cookie);
  if (typeof found !== "object") throw new Error("there is no session");
  return found;
}

describe("a session in its row", () => {
  test("is read by its cookie, as it began", async () => {
    const { token, cookie } = await begun({
      logtoSessionId: "logto-sessionId",
      authenticatedAt: seconds() - 60,
    });
    expect(await read(cookie)).toEqual(token);
  });

  test("survives conversion into columns and back", async () => {
    const { token } = await begun();
    const next = {
      ...renewed(token),
      claims: { sub: subject, roles: [], custom_data: { plan: "team" } },
    };
    await db().session.update({
      where: { sessionId: token.sessionId },
      data: await toColumns(next),
    });
    const row = await rowOf(token.sessionId);
    expect(row && (await fromRow(row))).toEqual(next);
  });

  test("reveals neither its cookie nor its tokens in the table", async () => {
    const { token, cookie } = await begun();
    const table = JSON.stringify(await db().session.findMany());
    for (const secret of [cookie, token.accessToken, token.refreshToken])
      expect(table).not.toContain(secret);
  });

  test("keeps the cookie that it began with", async () => {
    const { token, cookie } = await begun();
    expect(await rowStore.cookieFor(renewed(token), cookie)).toBeUndefined();
  });

  test("is not found once it expired or ended, or by a made-up cookie", async () => {
    const ended = await begun();
    await rowStore.end(ended.token);
    // Last, because each new session deletes the expired ones of its user.
    const { cookie } = await begun({ exp: seconds() - 1 });
    for (const value of [cookie, "made up", "", ended.cookie])
      expect(await rowStore.read(value)).toBeUndefined();
  });

  test("has ended when its tokens can't be read, such as those of another row", async () => {
    const [one, other] = [await begun(), await begun()];
    const row = await rowOf(other.token.sessionId);
    await db().session.update({
      where: { sessionId: one.token.sessionId },
      data: { sealedTokens: row?.sealedTokens ?? null },
    });
    expect(await read(one.cookie)).toMatchObject({
      sessionId: one.token.sessionId,
      endedAt: expect.any(Number),
    });
  });

  test("has ended when its secret was removed, which is logged once for all rows", async () => {
    const cookies = [(await begun()).cookie, (await begun()).cookie];
    variables.AUTH_SECRET = ["n".repeat(40)];
    for (const cookie of cookies) expect((await read(cookie)).endedAt).toEqual(expect.any(Number));
    variables.AUTH_SECRET = ["s".repeat(40)];
    expect(log.error.mock.calls).toEqual([
      ["sessions whose tokens can't be read have ended", { reason: "made with another secret" }],
    ]);
    for (const cookie of cookies) expect((await read(cookie)).endedAt).toBeUndefined();
  });

  test("is not looked up by the cookie of a cookie store, which is logged once", async () => {
    const value = await encodeSession(session(), ["o".repeat(40)], sessionCookieName());
    expect([await rowStore.read(value), await rowStore.read(value)]).toEqual([
      "foreign",
      "foreign",
    ]);
    expect(log.warn.mock.calls).toEqual([
      ["session cookie of another app, secret or store ignored"],
    ]);
  });

  test("deletes the user's expired and ended rows when it begins, and no others", async () => {
    const expired = await begun({ exp: seconds() - 1 });
    const ended = await begun();
    const data = await toColumns(toTombstone(ended.token));
    await db().session.update({ where: { sessionId: ended.token.sessionId }, data });
    const foreign = await begun({ subject: "p7c4w1n6zr5b", exp: seconds() - 1 });
    const [living, newest] = [await begun(), await begun()];
    const sessionIds = (await db().session.findMany()).map(({ sessionId }) => sessionId);
    expect(sessionIds).toEqual(
      expect.arrayContaining([foreign, living, newest].map(({ token }) => token.sessionId)),
    );
    expect(sessionIds).not.toContain(expired.token.sessionId);
    expect(sessionIds).not.toContain(ended.token.sessionId);
  });
});

describe("the row of a session that Logto ended", () => {
  test("has the time, no tokens and otherwise unchanged columns, until it expires", async () => {
    const { token } = await begun();
    const endedAt = new Date(seconds() * 1000);
    expect(await toColumns(toTombstone(token))).toEqual({ endedAt, sealedTokens: null });
    await rowStore.exclusively(token, async (newest) => toTombstone(newest));
    expect(await rowOf(token.sessionId)).toMatchObject({
      sealedTokens: null,
      endedAt: expect.any(Date),
      expires: new Date(token.exp * 1000),
      version: 0,
    });
  });

  test("is read as a tombstone", async () => {
    const { token, cookie } = await begun();
    const tombstone = await rowStore.exclusively(token, async (newest) => toTombstone(newest));
    expect(await read(cookie)).toEqual(tombstone);
  });
});

describe("the last use of a session", () => {
  test("is written at most every five minutes", async () => {
    const { token, cookie } = await begun();
    const lastSeen = async () => (await rowOf(token.sessionId))?.lastSeenAt.getTime() ?? 0;
    const before = await lastSeen();
    await read(cookie);
    expect(await lastSeen()).toBe(before);
    const longAgo = new Date(Date.now() - 6 * 60_000);
    await db().session.update({
      where: { sessionId: token.sessionId },
      data: { lastSeenAt: longAgo },
    });
    await Promise.all([read(cookie), read(cookie), read(cookie)]);
    await expect.poll(lastSeen).toBeGreaterThan(longAgo.getTime());
    expect(after).toHaveBeenCalledOnce();
  });

  test("extends the session to its whole lifetime in its second half", async () => {
    const { token, cookie } = await begun({ exp: seconds() + sessionLifetime / 2 - 60 });
    await read(cookie);
    await expect
      .poll(async () => (await rowOf(token.sessionId))?.expires.getTime())
      .toBeGreaterThan((seconds() + sessionLifetime - 60) * 1000);
  });
});

describe("`exclusively`", () => {
  test("passes on the newest tokens of another process, and writes nothing when nothing changed", async () => {
    const { token } = await begun();
    await rowStore.exclusively(token, async (newest) => renewed(newest));
    const row = await rowOf(token.sessionId);
    const use = vi.fn(async (newest: Session) => newest);
    expect(await rowStore.exclusively(token, use)).toMatchObject({
      refreshToken: "refresh-token-1",
    });
    expect(use).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ version: 1 }));
    expect(await rowOf(token.sessionId)).toMatchObject({ sealedTokens: row?.sealedTokens });
  });

  test("stores the result for the next reader", async () => {
    const { token, cookie } = await begun();
    const result = await rowStore.exclusively(token, async (newest) => renewed(newest));
    expect(result).toEqual(renewed(token));
    expect(await read(cookie)).toEqual(renewed(token));
  });

  test("runs parallel uses in sequence, each with the newest session", async () => {
    const { token } = await begun();
    let open = 0;
    const use = vi.fn(async (newest: Session) => {
      open += 1;
      expect(open).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return renewed(newest);
    });
    await Promise.all([1, 2, 3, 4].map(() => rowStore.exclusively(token, use)));
    expect(use.mock.calls.map(([{ version }]) => version)).toEqual([0, 1, 2, 3]);
    expect(await rowOf(token.sessionId)).toMatchObject({ version: 4 });
  });

  test("throws Logto's error and leaves the row unchanged", async () => {
    const { token, cookie } = await begun();
    const failure = new LogtoError("unavailable", "no response");
    await expect(rowStore.exclusively(token, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await read(cookie)).toEqual(token);
  });

  test("passes on the tombstone that another process stored", async () => {
    const { token } = await begun();
    await rowStore.exclusively(token, async (newest) => toTombstone(newest));
    const use = vi.fn(async (newest: Session) => newest);
    await rowStore.exclusively(token, use);
    expect(use).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ endedAt: expect.any(Number) }),
    );
  });

  test("replaces a tombstone of another process that is older than the session", async () => {
    const { token, cookie } = await begun();
    await rowStore.exclusively(token, async (newest) => toTombstone(newest));
    const newer = renewed(token);
    expect(await rowStore.exclusively(newer, async (newest) => newest)).toBe(newer);
    expect(await read(cookie)).toEqual(newer);
  });

  test("returns nothing when the row is gone, and does not use the refresh token", async () => {
    const { token } = await begun();
    await rowStore.end(token);
    const use = vi.fn();
    expect(await rowStore.exclusively(token, use)).toBeUndefined();
    expect(use).not.toHaveBeenCalled();
  });

  test("does not use the refresh token when the row can't be locked, as another process may use it", async () => {
    const { token } = await begun();
    outage.isOn = true;
    const use = vi.fn();
    await expect(rowStore.exclusively(token, use)).rejects.toThrow(DatabaseError);
    expect(use).not.toHaveBeenCalled();
  });
});

describe("a result that can't be committed", () => {
  test("is returned all the same, and written shortly after", async () => {
    const { token, cookie } = await begun();
    await failCommits(token);
    const result = await rowStore.exclusively(token, async (newest) => renewed(newest));
    expect(result).toEqual(renewed(token));
    expect(await read(cookie)).toEqual(token);
    await db().$executeRaw`DELETE FROM fault`;
    await expect.poll(() => read(cookie), { timeout: 5_000 }).toEqual(renewed(token));
  });

  test("is used by the next call in this process, whose commit writes it", async () => {
    const { token } = await begun();
    await failCommits(token);
    const result = await rowStore.exclusively(token, async (newest) => renewed(newest));
    await db().$executeRaw`DELETE FROM fault`;
    const use = vi.fn(async (newest: Session) => newest);
    expect(await rowStore.exclusively(result ?? token, use)).toBe(result);
    expect(use).toHaveBeenCalledExactlyOnceWith(result);
    expect(await rowOf(token.sessionId)).toMatchObject({ version: 1 });
  });

  test("does not replace what another process wrote in the meantime", async () => {
    const { token, cookie } = await begun();
    await failCommits(token);
    const result = await rowStore.exclusively(token, async (newest) => renewed(newest));
    await db().$executeRaw`DELETE FROM fault`;
    const newer = renewed(result ?? token);
    const { sessionId } = token;
    await db().session.update({ where: { sessionId }, data: await toColumns(newer) });
    // The first attempt to write the older result comes after 250 ms.
    await pause(400);
    expect(await read(cookie)).toEqual(newer);
  });

  test("does not replace an error of Logto", async () => {
    const { token } = await begun();
    await failCommits(token);
    const failure = new LogtoError("rejected", "no");
    await expect(rowStore.exclusively(token, () => Promise.reject(failure))).rejects.toBe(failure);
  });

  test("that is a tombstone is written later, too", async () => {
    const { token, cookie } = await begun();
    await failCommits(token);
    const result = await rowStore.exclusively(token, async (newest) => toTombstone(newest));
    expect(result).toMatchObject({ endedAt: expect.any(Number) });
    await db().$executeRaw`DELETE FROM fault`;
    await expect.poll(() => read(cookie), { timeout: 2_000 }).toEqual(result);
  });
});

describe("ending", () => {
  test("returns the newest tokens for revocation, whichever copy was ended", async () => {
    const { token } = await begun();
    await rowStore.exclusively(token, async (newest) => renewed(newest));
    expect(await rowStore.end(token)).toMatchObject({ refreshToken: "refresh-token-1" });
    expect(await rowOf(token.sessionId)).toBeNull();
  });

  test("twice returns nothing the second time", async () => {
    const { token } = await begun();
    await rowStore.end(token);
    expect(await rowStore.end(token)).toBeUndefined();
  });

  test("returns no tokens while another session uses the same grant", async () => {
    const [one, other] = [
      await begun({ logtoSessionId: "shared" }),
      await begun({ logtoSessionId: "shared" }),
    ];
    expect(await rowStore.end(one.token)).toBeUndefined();
    expect(await rowOf(one.token.sessionId)).toBeNull();
    expect(await rowStore.end(other.token)).toMatchObject({ sessionId: other.token.sessionId });
  });

  test("returns the tokens of a grant that only expired sessions share", async () => {
    const [one] = [
      await begun({ logtoSessionId: "shared" }),
      await begun({ logtoSessionId: "shared", exp: seconds() - 1 }),
    ];
    expect(await rowStore.end(one.token)).toMatchObject({ sessionId: one.token.sessionId });
  });
});

describe("ending many", () => {
  const sessionIds = (sessions: Session[]) => sessions.map(({ sessionId }) => sessionId).sort();
  const remaining = async () =>
    (await db().session.findMany()).map(({ sessionId }) => sessionId).sort();

  test("ends the user's sessions that began before a time, and no others", async () => {
    const at = seconds();
    const before = await begun({ startedAt: at });
    const later = await begun({ startedAt: at + 1 });
    const foreign = await begun({ subject: "p7c4w1n6zr5b", startedAt: at });
    expect(sessionIds(await rowStore.endAll({ subject, before: at * 1000 + 999 }, []))).toEqual([
      before.token.sessionId,
    ]);
    expect(await remaining()).toEqual(sessionIds([later.token, foreign.token]));
  });

  test("ends the sessions of one Logto session", async () => {
    const [one, two, other] = [
      await begun({ logtoSessionId: "one" }),
      await begun({ logtoSessionId: "one" }),
      await begun({ logtoSessionId: "other" }),
    ];
    expect(sessionIds(await rowStore.endAll({ logtoSessionId: "one" }, []))).toEqual(
      sessionIds([one.token, two.token]),
    );
    expect(await remaining()).toEqual([other.token.sessionId]);
  });

  test("does not return a session whose grant the remaining session uses", async () => {
    const [stays, shares, other] = [
      await begun({ logtoSessionId: "shared" }),
      await begun({ logtoSessionId: "shared" }),
      await begun({ logtoSessionId: "other" }),
    ];
    const ended = await rowStore.endAll({ subject, except: stays.token.sessionId }, []);
    expect(sessionIds(ended)).toEqual([other.token.sessionId]);
    expect(await remaining()).toEqual([stays.token.sessionId]);
    expect(await rowOf(shares.token.sessionId)).toBeNull();
  });

  test("ends a session by row id only if it belongs to the user", async () => {
    const [{ token }, other] = [await begun(), await begun()];
    const rowId = (await rowOf(token.sessionId))?.id;
    expect(await rowStore.endAll({ subject: "p7c4w1n6zr5b", rowId }, [])).toEqual([]);
    expect(await remaining()).toEqual(sessionIds([token, other.token]));
    expect(sessionIds(await rowStore.endAll({ subject, rowId }, []))).toEqual([token.sessionId]);
    expect(await remaining()).toEqual([other.token.sessionId]);
  });
});

test("lists the user's active sessions, the current one first, then by last use", async () => {
  const [current, older, newer] = [await begun(), await begun(), await begun()];
  await begun({ exp: seconds() - 1 });
  await begun({ subject: "p7c4w1n6zr5b" });
  for (const [{ token }, at] of [
    [current, 1],
    [older, 2],
    [newer, 3],
  ] as const)
    await db().session.update({
      where: { sessionId: token.sessionId },
      data: { lastSeenAt: new Date(at) },
    });
  const listed = await listRows(current.token);
  const ids = await Promise.all(
    [current, newer, older].map(async ({ token }) => (await rowOf(token.sessionId))?.id),
  );
  expect(listed.map(({ id }) => id)).toEqual(ids);
  expect(listed.map((each) => each.current)).toEqual([true, false, false]);
  expect(listed[0]).toMatchObject({ userAgent: "Firefox", lastSeenAt: new Date(1) });
});
