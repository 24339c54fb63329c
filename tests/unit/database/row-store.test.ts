import "../mock-env";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { PrismaClient } from "@/generated/prisma/client";
import { DatabaseError } from "@/lib/database-error";
import { db } from "@/lib/database/client";
import { listRows, rowStore, toColumns } from "@/lib/database/row-store";
import { LogtoError } from "@/lib/logto/errors";
import { pause } from "@/lib/pause";
import { sessionLifetime, toTombstone, type Session } from "@/lib/session/model/session";
import { encodeSession } from "@/lib/session/stores/codec";
import { sessionCookieName } from "@/lib/session/stores/cookie";
import { seconds } from "../clock";
import { forget } from "../ended";
import { variables } from "../environment";
import { log } from "../mocks";
import { session, subject } from "../sessions";
import { begun, read, useDatabase } from "./database";

const { outage, after } = vi.hoisted(() => ({
  after: vi.fn((work: () => unknown) => void work()),
  outage: { isOn: false },
}));
vi.mock("next/server", () => ({ after }));
vi.mock("@/lib/database/client", async (original) => {
  const actual = await original<{ lockDb: () => PrismaClient }>();
  const failing = { $transaction: () => Promise.reject(new TypeError("the database is down")) };
  return { ...actual, lockDb: () => (outage.isOn ? failing : actual.lockDb()) };
});

const bob = "p7c4w1n6zr5b";
useDatabase();

beforeAll(async () => {
  variables.AUTH_SESSION_STRATEGY = "database";
  await db().user.createMany({ data: [{ id: subject }, { id: bob }] });
  // Makes the commit of a session in table `fault` fail, as a lost connection would.
  for (const statement of [
    `CREATE TABLE fault (sessionId text)`,
    `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       IF EXISTS (SELECT 1 FROM fault WHERE sessionId = NEW.sid) THEN RAISE 'no commit'; END IF; RETURN NULL; END $$`,
    `CREATE CONSTRAINT TRIGGER fail AFTER UPDATE ON "Session" DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION fail()`,
  ])
    await db().$executeRawUnsafe(statement);
});

beforeEach(async () => {
  outage.isOn = false;
  vi.clearAllMocks();
  forget("said");
  await allowCommits();
  await db().session.deleteMany();
});

const rowOf = ({ sessionId }: Session) => db().session.findUnique({ where: { sessionId } });
const update = (
  { sessionId }: Session,
  data: Parameters<ReturnType<typeof db>["session"]["update"]>[0]["data"],
) => db().session.update({ where: { sessionId }, data });
const failCommits = ({ sessionId }: Session) =>
  db().$executeRaw`INSERT INTO fault VALUES (${sessionId})`;
const allowCommits = () => db().$executeRaw`DELETE FROM fault`;
const idsOf = (sessions: { sessionId: string }[]) =>
  sessions.map(({ sessionId }) => sessionId).sort();
const remaining = async () => idsOf(await db().session.findMany());

const next = (token: Session): Session => ({
  ...token,
  version: token.version + 1,
  refreshToken: `refresh-token-${token.version + 1}`,
});
const renew = (token: Session) => rowStore.exclusively(token, async (newest) => next(newest));
const endByLogto = (token: Session) =>
  rowStore.exclusively(token, async (newest) => toTombstone(newest));
const ended = expect.objectContaining({ endedAt: expect.any(Number) });

describe("a session in its row", () => {
  test("is read by its cookie, as it began, and keeps that cookie", async () => {
    const { token, cookie } = await begun({
      logtoSessionId: "logto-sessionId",
      authenticatedAt: seconds() - 60,
      claims: { sub: subject, roles: [], custom_data: { plan: "team" } },
    });
    expect(await read(cookie)).toEqual(token);
    expect(await rowStore.cookieFor(next(token), cookie)).toBeUndefined();
  });

  test("reveals neither its cookie nor its tokens in the table", async () => {
    const { token, cookie } = await begun();
    const table = JSON.stringify(await db().session.findMany());
    for (const secret of [cookie, token.accessToken, token.refreshToken])
      expect(table).not.toContain(secret);
  });

  test("is not found once it expired or ended, or by a made-up cookie", async () => {
    const over = await begun();
    await rowStore.end(over.token);
    // Last, because each new session deletes the expired ones of its user.
    const { cookie } = await begun({ exp: seconds() - 1 });
    for (const value of [cookie, "made up", "", over.cookie])
      expect(await rowStore.read(value)).toBeUndefined();
  });

  test("has ended when its tokens can't be read, such as those of another row", async () => {
    const [one, other] = [await begun(), await begun()];
    await update(one.token, { sealedTokens: (await rowOf(other.token))?.sealedTokens ?? null });
    expect(await read(one.cookie)).toEqual(ended);
  });

  test("has ended when its secret was removed, which is logged once for all rows", async () => {
    const cookies = [(await begun()).cookie, (await begun()).cookie];
    variables.AUTH_SECRET = ["n".repeat(40)];
    for (const cookie of cookies) expect(await read(cookie)).toEqual(ended);
    variables.AUTH_SECRET = ["s".repeat(40)];
    expect(log.error.mock.calls).toEqual([
      ["sessions whose tokens can't be read have ended", { reason: "made with another secret" }],
    ]);
    for (const cookie of cookies) expect((await read(cookie)).endedAt).toBeUndefined();
  });

  test("is not looked up by the cookie of a cookie store, which is logged once", async () => {
    const value = await encodeSession(session(), ["o".repeat(40)], sessionCookieName());
    expect(await rowStore.read(value)).toBe("foreign");
    expect(await rowStore.read(value)).toBe("foreign");
    expect(log.warn.mock.calls).toEqual([
      ["session cookie of another app, secret or store ignored"],
    ]);
  });

  test("deletes the user's expired and ended rows when it begins, and no others", async () => {
    await begun({ exp: seconds() - 1 });
    const over = await begun();
    await update(over.token, await toColumns(toTombstone(over.token)));
    const foreign = await begun({ subject: bob, exp: seconds() - 1 });
    const [living, newest] = [await begun(), await begun()];
    expect(await remaining()).toEqual(idsOf([foreign, living, newest].map(({ token }) => token)));
  });

  test("that Logto ended is a tombstone without tokens in the row until it expires", async () => {
    const { token, cookie } = await begun();
    const endedAt = new Date(seconds() * 1000);
    expect(await toColumns(toTombstone(token))).toEqual({ endedAt, sealedTokens: null });
    const tombstone = await endByLogto(token);
    expect(await rowOf(token)).toMatchObject({
      sealedTokens: null,
      endedAt: expect.any(Date),
      expires: new Date(token.exp * 1000),
      version: 0,
    });
    expect(await read(cookie)).toEqual(tombstone);
  });
});

describe("the last use of a session", () => {
  test("is written at most every five minutes", async () => {
    const { token, cookie } = await begun();
    const lastSeen = async () => (await rowOf(token))?.lastSeenAt.getTime() ?? 0;
    const before = await lastSeen();
    await read(cookie);
    expect(await lastSeen()).toBe(before);
    const longAgo = new Date(Date.now() - 6 * 60_000);
    await update(token, { lastSeenAt: longAgo });
    await Promise.all([read(cookie), read(cookie), read(cookie)]);
    await expect.poll(lastSeen).toBeGreaterThan(longAgo.getTime());
    expect(after).toHaveBeenCalledOnce();
  });

  test("extends the session to its whole lifetime in its second half", async () => {
    const { token, cookie } = await begun({ exp: seconds() + sessionLifetime / 2 - 60 });
    await read(cookie);
    await expect
      .poll(async () => (await rowOf(token))?.expires.getTime())
      .toBeGreaterThan((seconds() + sessionLifetime - 60) * 1000);
  });
});

describe("`exclusively`", () => {
  const use = vi.fn(async (newest: Session) => newest);

  test("stores the result for the next reader and the next call, which writes no unchanged one", async () => {
    const { token, cookie } = await begun();
    expect(await renew(token)).toEqual(next(token));
    expect(await read(cookie)).toEqual(next(token));
    const row = await rowOf(token);
    expect(await rowStore.exclusively(token, use)).toEqual(next(token));
    expect(use).toHaveBeenCalledExactlyOnceWith(next(token));
    expect(await rowOf(token)).toMatchObject({ sealedTokens: row?.sealedTokens });
  });

  test("runs parallel uses in sequence, each with the newest session", async () => {
    const { token } = await begun();
    let open = 0;
    const slowly = vi.fn(async (newest: Session) => {
      open += 1;
      expect(open).toBe(1);
      await pause(5);
      open -= 1;
      return next(newest);
    });
    await Promise.all([1, 2, 3, 4].map(() => rowStore.exclusively(token, slowly)));
    expect(slowly.mock.calls.map(([{ version }]) => version)).toEqual([0, 1, 2, 3]);
    expect(await rowOf(token)).toMatchObject({ version: 4 });
  });

  test.each([true, false])(
    "throws Logto's error and leaves the row unchanged, also if no commit succeeds (%s)",
    async (isCommitted) => {
      const { token, cookie } = await begun();
      if (!isCommitted) await failCommits(token);
      const failure = new LogtoError("unavailable", "no response");
      const pending = rowStore.exclusively(token, () => Promise.reject(failure));
      await expect(pending).rejects.toBe(failure);
      expect(await read(cookie)).toEqual(token);
    },
  );

  test("passes on the tombstone of another process, unless it is older than the session", async () => {
    const { token, cookie } = await begun();
    await endByLogto(token);
    expect(await rowStore.exclusively(token, use)).toEqual(ended);
    expect(use).toHaveBeenCalledExactlyOnceWith(ended);
    const newer = next(token);
    expect(await rowStore.exclusively(newer, use)).toBe(newer);
    expect(await read(cookie)).toEqual(newer);
  });

  test("returns nothing when the row is gone, and does not use the refresh token", async () => {
    const { token } = await begun();
    await rowStore.end(token);
    expect(await rowStore.exclusively(token, use)).toBeUndefined();
    expect(use).not.toHaveBeenCalled();
  });

  test("does not use the refresh token when the row can't be locked, as another process may use it", async () => {
    const { token } = await begun();
    outage.isOn = true;
    await expect(rowStore.exclusively(token, use)).rejects.toThrow(DatabaseError);
    expect(use).not.toHaveBeenCalled();
  });
});

describe("a result that can't be committed", () => {
  test.each([
    ["a renewed session", renew],
    ["a tombstone", endByLogto],
  ])("is returned all the same, and written shortly after: %s", async (_, act) => {
    const { token, cookie } = await begun();
    await failCommits(token);
    const result = await act(token);
    expect(result).not.toEqual(token);
    expect(await read(cookie)).toEqual(token);
    await allowCommits();
    await expect.poll(() => read(cookie), { timeout: 5_000 }).toEqual(result);
  });

  test("is used by the next call in this process, whose commit writes it", async () => {
    const { token } = await begun();
    await failCommits(token);
    const result = await renew(token);
    await allowCommits();
    const use = vi.fn(async (newest: Session) => newest);
    expect(await rowStore.exclusively(result ?? token, use)).toBe(result);
    expect(use).toHaveBeenCalledExactlyOnceWith(result);
    expect(await rowOf(token)).toMatchObject({ version: 1 });
  });

  test("does not replace what another process wrote in the meantime", async () => {
    const { token, cookie } = await begun();
    await failCommits(token);
    await renew(token);
    await allowCommits();
    const newer = next(next(token));
    await update(token, await toColumns(newer));
    // The first attempt to write the older result comes after 250 ms.
    await pause(400);
    expect(await read(cookie)).toEqual(newer);
  });
});

describe("ending", () => {
  const logtoSessionId = "shared";

  test("returns the newest tokens for revocation, whichever copy was ended, and only once", async () => {
    const { token } = await begun();
    await renew(token);
    expect(await rowStore.end(token)).toEqual(next(token));
    expect(await rowOf(token)).toBeNull();
    expect(await rowStore.end(token)).toBeUndefined();
  });

  test("returns no tokens while another session uses the same grant", async () => {
    const [one, other] = [await begun({ logtoSessionId }), await begun({ logtoSessionId })];
    expect(await rowStore.end(one.token)).toBeUndefined();
    expect(await rowOf(one.token)).toBeNull();
    expect(await rowStore.end(other.token)).toEqual(other.token);
  });

  test("returns the tokens of a grant that only expired sessions share", async () => {
    const { token } = await begun({ logtoSessionId });
    await begun({ logtoSessionId, exp: seconds() - 1 });
    expect(await rowStore.end(token)).toEqual(token);
  });
});

describe("ending many", () => {
  const startedAt = seconds();

  beforeEach(async () => {
    await begun({ sessionId: "one", logtoSessionId: "shared", startedAt });
    await begun({ sessionId: "two", logtoSessionId: "shared", startedAt });
    await begun({ sessionId: "later", logtoSessionId: "own", startedAt: startedAt + 1 });
    await begun({ sessionId: "foreign", subject: bob, startedAt });
  });

  test.each([
    ["of a user that began before a time", { subject, before: startedAt * 1000 + 999 }],
    ["of a session at Logto", { logtoSessionId: "shared" }],
  ])("ends the sessions %s, and no others", async (_, filter) => {
    expect(idsOf(await rowStore.endAll(filter, []))).toEqual(["one", "two"]);
    expect(await remaining()).toEqual(["foreign", "later"]);
  });

  test("does not return a session whose grant the remaining session uses", async () => {
    expect(idsOf(await rowStore.endAll({ subject, except: "one" }, []))).toEqual(["later"]);
    expect(await remaining()).toEqual(["foreign", "one"]);
  });

  test("ends a session by row id only if it belongs to the user", async () => {
    const rowId = (await db().session.findUnique({ where: { sessionId: "later" } }))?.id;
    expect(await rowStore.endAll({ subject: bob, rowId }, [])).toEqual([]);
    expect(await remaining()).toHaveLength(4);
    expect(idsOf(await rowStore.endAll({ subject, rowId }, []))).toEqual(["later"]);
    expect(await remaining()).toEqual(["foreign", "one", "two"]);
  });
});

test("lists the user's active sessions, the current one first, then by last use", async () => {
  const [{ token: current }, older, newer] = [await begun(), await begun(), await begun()];
  await begun({ exp: seconds() - 1 });
  await begun({ subject: bob });
  await update(current, { lastSeenAt: new Date(1) });
  await update(older.token, { lastSeenAt: new Date(2) });
  await update(newer.token, { lastSeenAt: new Date(3) });
  const rows = await Promise.all([current, newer.token, older.token].map(rowOf));
  const listed = await listRows(current);
  expect(listed.map(({ id }) => id)).toEqual(rows.map((row) => row?.id));
  expect(listed.map((each) => each.current)).toEqual([true, false, false]);
  expect(listed[0]).toMatchObject({ userAgent: "Firefox", lastSeenAt: new Date(1) });
});
