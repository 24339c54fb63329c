import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError } from "@/lib/logto/errors";
import { signOut } from "@/lib/session/routes/sign-out";
import { selectStore } from "./current-store";
import { requestWith, type FakeRequest } from "./request";
import { session } from "./sessions";

const { end, log, logto, read } = vi.hoisted(() => ({
  end: vi.fn(),
  log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
  logto: { logtoSignOutUrl: vi.fn(), revokeGrant: vi.fn() },
  read: vi.fn(),
}));
vi.mock("@/lib/session/stores/current-store", () => import("./current-store"));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log }));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => import("./environment"));

const outage = new DatabaseError("no response");
const token = session();

async function signOutWith(): Promise<{ request: FakeRequest; url: URL }> {
  const request = await requestWith();
  request.jar.set("authjs.session-token", "names a row");
  request.jar.set("theme", "dark");
  return { request, url: new URL(await request.run(signOut)) };
}

beforeEach(() => {
  vi.clearAllMocks();
  selectStore({ read, end });
  read.mockReset().mockResolvedValue(token);
  end.mockReset().mockResolvedValue(token);
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
  logto.logtoSignOutUrl
    .mockReset()
    .mockImplementation(
      async (_client: unknown, home: string, state: string) =>
        new URL(
          `https://logto.test/oidc/session/end?${new URLSearchParams({ home, state }).toString()}`,
        ),
    );
});

describe("signing out", () => {
  test("ends the session, revokes its grant and removes only the session cookie", async () => {
    const { request } = await signOutWith();
    expect(end).toHaveBeenCalledExactlyOnceWith(token);
    expect(logto.revokeGrant).toHaveBeenCalledExactlyOnceWith(
      expect.anything(),
      token.refreshToken,
    );
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
    logto.logtoSignOutUrl.mockRejectedValue(new LogtoError("unavailable", "no response"));
    const { url } = await signOutWith();
    expect(url.href).toBe("https://app.example/");
    expect(log.error).toHaveBeenCalledTimes(1);
  });

  test("without a session only redirects to Logto", async () => {
    read.mockResolvedValue(undefined);
    const { url } = await signOutWith();
    expect(url.origin).toBe("https://logto.test");
    expect(end).not.toHaveBeenCalled();
  });
});

describe.each([
  ["read", () => read.mockRejectedValue(outage)],
  ["ended", () => end.mockRejectedValue(outage)],
])("signing out while the session can't be %s in the database", (_, fail) => {
  beforeEach(() => void fail());

  test("still removes the cookie", async () => {
    expect([...(await signOutWith()).request.jar.keys()]).toEqual(["theme"]);
  });

  test("logs one error for the operator", async () => {
    await signOutWith();
    const line = ["signed out in the browser, but not in the database", { reason: "no response" }];
    expect(log.error).toHaveBeenCalledExactlyOnceWith(...line);
  });

  test("redirects to Logto with a state that reports a partial sign-out", async () => {
    const { url } = await signOutWith();
    expect(url.origin).toBe("https://logto.test");
    expect(url.searchParams.get("state")).toMatch(/^half-[\w-]{36}$/);
  });

  test("reports a partial sign-out on the start page when Logto is unavailable, too", async () => {
    logto.logtoSignOutUrl.mockRejectedValue(new LogtoError("unavailable", "no response"));
    const { url } = await signOutWith();
    expect([url.origin, url.pathname]).toEqual(["https://app.example", "/"]);
    expect(url.searchParams.get("state")).toMatch(/^half-/);
  });
});

test("a bug is not reported as an outage", async () => {
  read.mockRejectedValue(new TypeError("a bug"));
  await expect(signOutWith()).rejects.toThrow(TypeError);
});
