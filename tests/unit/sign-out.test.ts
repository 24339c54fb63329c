import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { LogtoError } from "@/lib/logto/errors";
import { signOut } from "@/lib/session/routes/sign-out";
import { variables } from "./environment";
import { requestWith, type FakeRequest } from "./request";
import { session } from "./sessions";

const { end, log, logto, read } = vi.hoisted(() => ({
  end: vi.fn(),
  log: { info: vi.fn(), warn: vi.fn(), error: vi.fn() },
  logto: { endSessionUrl: vi.fn(), revokeGrant: vi.fn() },
  read: vi.fn(),
}));
vi.mock("@/lib/database/row-store", () => ({ rowStore: { read, end } }));
vi.mock("@/lib/logto/tokens", () => logto);
vi.mock("@/lib/log", () => ({ log }));
vi.mock("next/headers", () => import("./request"));
vi.mock("@/lib/env", () => import("./environment"));

const outage = new DatabaseError("no answer");
const token = session();

async function signOutWith(): Promise<{ request: FakeRequest; url: URL }> {
  const request = await requestWith();
  request.jar.set("authjs.session-token", "names a row");
  request.jar.set("theme", "dark");
  return { request, url: new URL(await request.run(signOut)) };
}

beforeEach(() => {
  vi.clearAllMocks();
  variables.AUTH_SESSION_STRATEGY = "database";
  read.mockReset().mockResolvedValue(token);
  end.mockReset().mockResolvedValue(token);
  logto.revokeGrant.mockReset().mockResolvedValue(undefined);
  logto.endSessionUrl
    .mockReset()
    .mockImplementation(
      async (_client: unknown, home: string, state: string) =>
        new URL(
          `https://logto.test/oidc/session/end?${new URLSearchParams({ home, state }).toString()}`,
        ),
    );
});

describe("signing out", () => {
  test("ends the session and its grant, and removes the session's cookie alone", async () => {
    const { request } = await signOutWith();
    expect(end).toHaveBeenCalledExactlyOnceWith(token);
    expect(logto.revokeGrant).toHaveBeenCalledExactlyOnceWith(
      expect.anything(),
      token.refreshToken,
    );
    expect([...request.jar.keys()]).toEqual(["theme"]);
  });

  test("goes on to Logto, which sends the browser home with a state that is no half", async () => {
    const { url } = await signOutWith();
    expect(url.origin).toBe("https://logto.test");
    expect(url.searchParams.get("home")).toBe("https://app.example/");
    expect(url.searchParams.get("state")).not.toMatch(/^half-/);
    expect(log.error).not.toHaveBeenCalled();
  });

  test("goes straight home while Logto can't be reached", async () => {
    logto.endSessionUrl.mockRejectedValue(new LogtoError("unavailable", "no answer"));
    const { url } = await signOutWith();
    expect(url.href).toBe("https://app.example/");
    expect(log.error).toHaveBeenCalledTimes(1);
  });

  test("of nobody only goes on", async () => {
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

  test("removes the cookie all the same", async () => {
    expect([...(await signOutWith()).request.jar.keys()]).toEqual(["theme"]);
  });

  test("is one line for the operator to act on", async () => {
    await signOutWith();
    const line = ["signed out in the browser, but not in the database", { reason: "no answer" }];
    expect(log.error).toHaveBeenCalledExactlyOnceWith(...line);
  });

  test("has the browser come back from Logto with a state that says half", async () => {
    const { url } = await signOutWith();
    expect(url.origin).toBe("https://logto.test");
    expect(url.searchParams.get("state")).toMatch(/^half-[\w-]{36}$/);
  });

  test("says half at home, where Logto can't be reached either", async () => {
    logto.endSessionUrl.mockRejectedValue(new LogtoError("unavailable", "no answer"));
    const { url } = await signOutWith();
    expect([url.origin, url.pathname]).toEqual(["https://app.example", "/"]);
    expect(url.searchParams.get("state")).toMatch(/^half-/);
  });
});

test("a bug is no outage", async () => {
  read.mockRejectedValue(new TypeError("a bug"));
  await expect(signOutWith()).rejects.toThrow(TypeError);
});
