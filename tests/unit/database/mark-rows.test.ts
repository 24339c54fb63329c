import "../mock-env";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { db } from "@/lib/database/client";
import { markRows } from "@/lib/database/mark-rows";
import { rowStore } from "@/lib/database/row-store";
import { isAccessTokenExpired, type Session } from "@/lib/session/model/session";
import { seconds } from "../clock";
import { variables } from "../environment";
import { subject } from "../sessions";
import { begun, read, useDatabase } from "./database";

vi.mock("next/server", () => ({ after: (work: () => unknown) => void work() }));

const other = "p7c4w1n6zr5b";
useDatabase();

beforeAll(async () => {
  variables.AUTH_SESSION_STRATEGY = "database";
  await db().user.createMany({ data: [{ id: subject }, { id: other }] });
});

beforeEach(async () => {
  await db().session.deleteMany();
});

const renewed = (token: Session): Session => ({
  ...token,
  version: token.version + 1,
  expiresAt: seconds() + 3600,
});

test("a marked session is due for a renewal, after which it is not", async () => {
  const { cookie } = await begun();
  expect(await markRows([subject], Date.now())).toBe(1);
  const marked = await read(cookie);
  expect([isAccessTokenExpired(marked), marked.version]).toEqual([true, 1]);
  await rowStore.exclusively(marked, async (newest) => renewed(newest));
  expect(isAccessTokenExpired(await read(cookie))).toBe(false);
});

test("an exchange of the refresh token leaves it due", async () => {
  const { cookie } = await begun();
  await markRows([subject], Date.now());
  await rowStore.exclusively(await read(cookie), async (newest) => ({
    ...newest,
    version: newest.version + 1,
    refreshToken: "rotated",
  }));
  expect(isAccessTokenExpired(await read(cookie))).toBe(true);
});

test("a renewal that holds the lock does not undo the mark", async () => {
  const { cookie } = await begun();
  let respond = () => {};
  const responded = new Promise<void>((resolve) => (respond = resolve));
  const renewal = rowStore.exclusively(await read(cookie), async (newest) => {
    await responded;
    return renewed(newest);
  });
  await vi.waitFor(async () => {
    const locks = await db().$queryRaw`SELECT 1 FROM pg_stat_activity
      WHERE state = 'idle in transaction' AND query LIKE '%Session%'`;
    expect(locks).toHaveLength(1);
  });
  const marking = markRows([subject], Date.now());
  respond();
  await Promise.all([renewal, marking]);
  expect(isAccessTokenExpired(await read(cookie))).toBe(true);
});

test.each([
  ["of another user", { subject: other, claims: { sub: other } }, [subject]],
  ["that began after the event", { startedAt: seconds() + 60 }, undefined],
])("a session %s is not marked", async (_, changes, users) => {
  const { cookie } = await begun(changes);
  expect(await markRows(users, Date.now())).toBe(0);
  expect(isAccessTokenExpired(await read(cookie))).toBe(false);
});

test("without users, sessions of all users are marked", async () => {
  await begun();
  await begun({ subject: other, claims: { sub: other } });
  expect(await markRows(undefined, Date.now())).toBe(2);
});

test("a session without a refresh token, which can't be renewed, keeps its access token", async () => {
  const { cookie } = await begun({ refreshToken: undefined });
  await markRows([subject], Date.now());
  expect(isAccessTokenExpired(await read(cookie))).toBe(false);
});
