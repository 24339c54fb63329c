import "./mock-request";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError } from "@/lib/logto/errors";
import { signOut } from "@/lib/session/routes/sign-out";
import { selectStore } from "./current-store";
import { log, logtoSignOutUrl, revokeGrant } from "./mocks";
import { requestWith, type FakeRequest } from "./request";
import { session } from "./sessions";

vi.mock("@/lib/session/stores/current-store", () => import("./current-store"));

const [read, end] = [vi.fn(), vi.fn()];
const outage = new DatabaseError("no response");
const logtoOutage = new LogtoError("unavailable", "no response");
const token = session();

async function signOutWith(): Promise<{ request: FakeRequest; url: URL }> {
  const request = await requestWith();
  request.jar.set("authjs.session-token", "names a row");
  request.jar.set("theme", "dark");
  return { request, url: new URL(await request.run(signOut)) };
}

beforeEach(() => {
  selectStore({ read, end });
  read.mockReset().mockResolvedValue(token);
  end.mockReset().mockResolvedValue(token);
  logtoSignOutUrl.mockImplementation(async (_client: unknown, home: string, state: string) => {
    const parameters = new URLSearchParams({ home, state });
    return new URL(`https://logto.test/oidc/session/end?${parameters.toString()}`);
  });
});

describe("signing out", () => {
  test("ends the session, revokes its grant and removes only the session cookie", async () => {
    const { request } = await signOutWith();
    expect(end).toHaveBeenCalledExactlyOnceWith(token);
    expect(revokeGrant.mock.calls).toEqual([[expect.anything(), token.refreshToken]]);
    expect([...request.jar.keys()]).toEqual(["theme"]);
  });

  test("redirects to Logto, with a state that does not report a partial sign-out", async () => {
    const { url } = await signOutWith();
    expect(url.origin).toBe("https://logto.test");
    expect(url.searchParams.get("home")).toBe("https://app.example/");
    expect(url.searchParams.get("state")).not.toMatch(/^half-/);
    expect(log.error).not.toHaveBeenCalled();
  });

  test("redirects to the start page when Logto is unavailable", async () => {
    logtoSignOutUrl.mockRejectedValue(logtoOutage);
    expect((await signOutWith()).url.href).toBe("https://app.example/");
    expect(log.error).toHaveBeenCalledTimes(1);
  });

  test("without a session only redirects to Logto", async () => {
    read.mockResolvedValue(undefined);
    expect((await signOutWith()).url.origin).toBe("https://logto.test");
    expect(end).not.toHaveBeenCalled();
  });
});

describe.each([
  ["read", () => read.mockRejectedValue(outage)],
  ["ended", () => end.mockRejectedValue(outage)],
])("signing out while the session can't be %s in the database", (_, fail) => {
  beforeEach(() => void fail());

  test("removes the cookie, and logs one error for the operator", async () => {
    expect([...(await signOutWith()).request.jar.keys()]).toEqual(["theme"]);
    const text = "signed out in the browser, but not in the database";
    expect(log.error.mock.calls).toEqual([[text, { reason: "no response" }]]);
  });

  test("redirects to Logto with a state that reports a partial sign-out", async () => {
    const { url } = await signOutWith();
    expect(url.origin).toBe("https://logto.test");
    expect(url.searchParams.get("state")).toMatch(/^half-[\w-]{36}$/);
  });

  test("reports a partial sign-out on the start page when Logto is unavailable, too", async () => {
    logtoSignOutUrl.mockRejectedValue(logtoOutage);
    const { url } = await signOutWith();
    expect(url.href).toMatch(/^https:\/\/app\.example\/\?state=half-/);
  });
});

test("a bug is not reported as an outage", async () => {
  read.mockRejectedValue(new TypeError("a bug"));
  await expect(signOutWith()).rejects.toThrow(TypeError);
});
