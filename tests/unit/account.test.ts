import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { deleteAccount, isFreshlySignedIn } from "@/lib/session/account";
import type { Session } from "@/lib/session/model/session";
import { cookieStore } from "@/lib/session/stores/cookie-store";
import { variables } from "./environment";
import { redirectOf } from "./redirect";
import { requestWith } from "./request";
import { session } from "./sessions";

const { deleteMany, signOut, revokeGrant } = vi.hoisted(() => ({
  deleteMany: vi.fn(),
  signOut: vi.fn(),
  revokeGrant: vi.fn(),
}));
vi.mock("@/lib/database/client", () => ({
  hasDatabase: () => Boolean(variables.DATABASE_URL),
  db: () => ({ user: { deleteMany } }),
  query: (promise: Promise<unknown>) => promise,
}));
vi.mock("@/lib/logto/tokens", () => ({ revokeGrant }));
vi.mock("@/lib/env", () => import("./environment"));
vi.mock("@/lib/log", () => ({ log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() } }));
vi.mock("@/lib/session/routes/sign-out", () => ({ signOut }));
vi.mock("next/headers", () => import("./request"));

const seconds = () => Math.floor(Date.now() / 1000);
/** A session whose user proved who they are so many seconds ago, by Logto's clock. */
const signedInAgo = (age: number) => session({ authenticatedAt: seconds() - age });
const atLogto = "https://logto.test/oidc/session/end";
const isOver = async (token: Session) =>
  (await cookieStore.read(await cookieStore.begin(token, { userAgent: null }))) === undefined;
const by = async <T>(token: Session, act: () => Promise<T>) => (await requestWith(token)).run(act);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 });
  variables.DATABASE_URL = "";
  for (const mock of [deleteMany, revokeGrant]) mock.mockReset().mockResolvedValue(undefined);
  signOut.mockReset().mockResolvedValue(atLogto);
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a sign-in", () => {
  test.each([
    ["of this moment", 0, true],
    ["of five minutes ago, all but a second", 299, true],
    ["of five minutes ago", 300, false],
    ["of a clock that is nearly a minute ahead", -59, true],
    ["of a clock that is more than a minute ahead", -61, false],
  ])("%s is fresh or not (%i s ago: %s)", async (_, age, isFresh) => {
    expect(await by(signedInAgo(age), isFreshlySignedIn)).toBe(isFresh);
  });

  test("is not fresh where Logto did not say when it was", async () => {
    expect(await by(session({ authenticatedAt: undefined }), isFreshlySignedIn)).toBe(false);
  });

  test("is no question without a session", async () => {
    const asked = (await requestWith()).run(isFreshlySignedIn);
    await expect(asked).rejects.toMatchObject({ code: "signed_out", status: 401 });
  });
});

describe("deleteAccount", () => {
  beforeEach(() => {
    variables.DATABASE_URL = "postgresql://db.example/app";
  });

  test("deletes the user, and signs out", async () => {
    expect(await redirectOf(() => by(signedInAgo(60), deleteAccount))).toBe(atLogto);
    expect(deleteMany).toHaveBeenCalledExactlyOnceWith({ where: { id: "k3v9t2m8qx1a" } });
    expect(signOut).toHaveBeenCalledTimes(1);
  });

  test("ends the user's other sessions, and none that begins after it", async () => {
    const other = session({ subject: "p7c4w1n6zr5b" });
    const authenticatedAt = seconds() - 10;
    const token = session({
      subject: "p7c4w1n6zr5b",
      authenticatedAt,
      refreshToken: "to be revoked",
    });
    await redirectOf(() => by(token, deleteAccount));
    expect(await isOver(other)).toBe(true);
    expect(await isOver({ ...other, startedAt: seconds() + 1 })).toBe(false);
    expect(revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), "to be revoked");
  });

  test("ends this session even where Logto's clock is ahead", async () => {
    const token = session({
      subject: "w2x8d5h3jt6e",
      startedAt: seconds() + 30,
      authenticatedAt: seconds() + 30,
    });
    await redirectOf(() => by(token, deleteAccount));
    expect(await isOver(token)).toBe(true);
  });

  test.each([
    ["too old", { authenticatedAt: 1_800_000_000 - 301 }],
    ["of an unknown time", { authenticatedAt: undefined }],
  ])("does nothing where the sign-in is %s", async (_, changes) => {
    const token = session({ subject: "u9y1r4g7kb0s", ...changes });
    await expect(by(token, deleteAccount)).rejects.toMatchObject({
      code: "sign_in_again",
      status: 403,
    });
    expect(deleteMany).not.toHaveBeenCalled();
    expect(signOut).not.toHaveBeenCalled();
    expect(await isOver(token)).toBe(false);
  });

  test("says so where the database does not answer, and leaves the browser where it is", async () => {
    deleteMany.mockRejectedValue(new DatabaseError("no answer"));
    const token = session({ subject: "z5n0q6v2ml8c", authenticatedAt: seconds() });
    await expect(by(token, deleteAccount)).rejects.toMatchObject({
      code: "database_unavailable",
      status: 503,
    });
    expect(signOut).not.toHaveBeenCalled();
  });

  test("without a database is a sign-out", async () => {
    variables.DATABASE_URL = "";
    const token = session({ subject: "f3a7e9t1xw4d", authenticatedAt: seconds() });
    expect(await redirectOf(() => by(token, deleteAccount))).toBe(atLogto);
    expect(deleteMany).not.toHaveBeenCalled();
    expect(signOut).toHaveBeenCalledTimes(1);
  });
});
