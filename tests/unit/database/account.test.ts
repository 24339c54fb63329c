import "../mock-request";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { deleteAccount } from "@/lib/session/account";
import type { Session } from "@/lib/session/model/session";
import { fakeDate, seconds } from "../clock";
import { isEnded } from "../ended";
import { variables } from "../environment";
import { revokeGrant } from "../mocks";
import { redirectOf } from "../redirect";
import { requestWith } from "../request";
import { session, subject } from "../sessions";

const { deleteMany, signOut } = vi.hoisted(() => ({ deleteMany: vi.fn(), signOut: vi.fn() }));
vi.mock("@/lib/database/client", () => ({
  hasDatabase: () => Boolean(variables.DATABASE_URL),
  db: () => ({ user: { deleteMany } }),
  query: (promise: Promise<unknown>) => promise,
}));
vi.mock("@/lib/session/routes/sign-out", () => ({ signOut }));

const signOutUrl = "https://logto.test/oidc/session/end";
const runAs = async <T>(token: Session, act: () => Promise<T>) =>
  (await requestWith(token)).run(act);

fakeDate(1_800_000_000_000);

beforeEach(() => {
  variables.DATABASE_URL = "postgresql://db.example/app";
  deleteMany.mockReset().mockResolvedValue(undefined);
  signOut.mockReset().mockResolvedValue(signOutUrl);
});

describe("deleteAccount", () => {
  /** Users of their own, because what ended stays ended in this process. */
  const freshSession = (subject: string, changes: Partial<Session> = {}) =>
    session({ subject, authenticatedAt: seconds(), ...changes });

  test.each([
    ["deletes the user and signs out", "postgresql://db.example/app", subject, 1],
    ["only signs the user out without a database", "", "f3a7e9t1xw4d", 0],
  ])("%s", async (_, url, id, deletions) => {
    variables.DATABASE_URL = url;
    expect(await redirectOf(() => runAs(freshSession(id), deleteAccount))).toBe(signOutUrl);
    const call = [{ where: { id } }];
    expect(deleteMany.mock.calls).toEqual(Array.from({ length: deletions }, () => call));
    expect(signOut).toHaveBeenCalledTimes(1);
  });

  test("ends the user's other sessions, but none that begins later", async () => {
    const other = session({ subject: "p7c4w1n6zr5b" });
    const token = freshSession("p7c4w1n6zr5b", { refreshToken: "to be revoked" });
    await redirectOf(() => runAs(token, deleteAccount));
    expect(await isEnded(other)).toBe(true);
    expect(await isEnded({ ...other, startedAt: seconds() + 1 })).toBe(false);
    expect(revokeGrant).toHaveBeenCalledExactlyOnceWith(expect.anything(), "to be revoked");
  });

  test("ends this session even if Logto's clock is ahead", async () => {
    const ahead = seconds() + 30;
    const token = freshSession("w2x8d5h3jt6e", { startedAt: ahead, authenticatedAt: ahead });
    await redirectOf(() => runAs(token, deleteAccount));
    expect(await isEnded(token)).toBe(true);
  });

  test.each([
    ["five minutes old", { authenticatedAt: 1_800_000_000 - 300 }],
    ["more than a minute in the future", { authenticatedAt: 1_800_000_000 + 61 }],
    ["at an unknown time", { authenticatedAt: undefined }],
  ])("does nothing if the sign-in is %s", async (_, changes) => {
    const token = freshSession("u9y1r4g7kb0s", changes);
    const error = { code: "sign_in_again", status: 401 };
    await expect(runAs(token, deleteAccount)).rejects.toMatchObject(error);
    expect(deleteMany).not.toHaveBeenCalled();
    expect(signOut).not.toHaveBeenCalled();
    expect(await isEnded(token)).toBe(false);
  });

  test("reports a database outage, and does not sign the user out", async () => {
    deleteMany.mockRejectedValue(new DatabaseError("no response"));
    const pending = runAs(freshSession("z5n0q6v2ml8c"), deleteAccount);
    const error = { code: "database_unavailable", status: 503 };
    await expect(pending).rejects.toMatchObject(error);
    expect(signOut).not.toHaveBeenCalled();
  });
});
