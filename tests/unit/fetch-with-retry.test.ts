import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { logtoTimeout, fetchWithRetry } from "@/lib/logto/fetch-with-retry";

/** What happens to one request, in milliseconds after it was sent; never if absent. */
interface Fate {
  /** When Logto processes it. */
  processes?: number;
  /** When its response arrives, or with `dropped`, when the connection breaks. */
  responds?: number;
  dropped?: boolean;
}

/**
 * Logto's grace period for a rotated refresh token, in milliseconds. Logto accepts the old token
 * during this time; a later use revokes the grant.
 */
const grace = 3_000;
let fates: Fate[];
let sentAt: number[];
let aborted: number[];
let consumedAt: number | undefined;
let isRevoked: boolean;

/** Processes a refresh as Logto does, at the current time. */
function processRefresh(): Response {
  const now = Date.now();
  if (isRevoked || (consumedAt !== undefined && now - consumedAt > grace)) {
    isRevoked = true;
    return Response.json({ error: "invalid_grant" }, { status: 400 });
  }
  consumedAt = now;
  return Response.json({ access_token: `issued at ${now}` });
}

function logto(_url: string, { signal }: RequestInit): Promise<Response> {
  const index = sentAt.push(Date.now()) - 1;
  const { processes, responds, dropped } = fates[index] ?? {};
  let response: Response | undefined;
  if (processes !== undefined) setTimeout(() => (response = processRefresh()), processes);
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => {
      aborted.push(index);
      reject(new Error("aborted"));
    });
    if (responds === undefined) return;
    setTimeout(() => {
      if (dropped || !response) reject(new TypeError("fetch failed"));
      else resolve(response);
    }, responds);
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.stubGlobal("fetch", logto);
  [fates, sentAt, aborted, consumedAt, isRevoked] = [[], [], [], undefined, false];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/**
 * Sends a request and advances the time.
 *
 * @returns the status of the response or the name of the error, and its time in milliseconds
 */
async function outcome(deadline?: number): Promise<{ status: number | string; at: number }> {
  const url = "https://logto.example/oidc/token";
  const result = fetchWithRetry(url, { method: "POST" }, deadline).then(
    ({ status }) => ({ status, at: Date.now() }),
    (error: unknown) => ({ status: error instanceof Error ? error.name : "?", at: Date.now() }),
  );
  await vi.advanceTimersByTimeAsync(30_000);
  return result;
}

describe("a request to Logto", () => {
  test("is sent once if it gets a response", async () => {
    fates = [{ processes: 10, responds: 20 }];
    expect(await outcome()).toEqual({ status: 200, at: 20 });
    expect(sentAt).toEqual([0]);
  });

  /** A request that Logto processes at once, and whose response arrives at a time. */
  const slow = (responds: number): Fate => ({ processes: 0, responds });
  const quick: Fate = { processes: 10, responds: 20 };

  test.each<[string, Fate[], number]>([
    ["whose response is lost", [{ processes: 10 }, quick], 2_020],
    ["whose response is 2.5 s late", [slow(2_500), slow(2_500)], 2_500],
    ["whose response is 4 s late", [slow(4_000), slow(4_000)], 4_000],
    ["that Logto processes after 4 s", [{ processes: 4_000, responds: 4_010 }, quick], 2_020],
    ["that is dropped after Logto processed it", [{ ...quick, dropped: true }, quick], 40],
    ["that never arrives", [{}, quick], 2_020],
  ])("%s is sent once more, and the grant stays valid", async (_, scenario, at) => {
    fates = scenario;
    expect(await outcome()).toEqual({ status: 200, at });
    expect(sentAt).toHaveLength(2);
    expect(isRevoked).toBe(false);
  });

  test("is aborted when the other of two open requests gets a response", async () => {
    fates = [{ processes: 0, responds: 2_500 }, { processes: 0 }];
    await outcome();
    expect(aborted).toContain(1);
  });

  test("that fails between 2 s and 3 s after it was first sent is not sent a third time", async () => {
    fates = [2_500, 100].map((responds) => ({ responds, dropped: true }));
    expect(await outcome()).toMatchObject({ status: "TypeError" });
    expect(sentAt).toEqual([0, 2_000]);
  });

  test("of a process that froze for seconds is not sent again", async () => {
    fates = [{ processes: 10, responds: 4_000 }, { processes: 10 }];
    const pending = outcome();
    vi.setSystemTime(1_500);
    await pending;
    expect(sentAt).toEqual([0]);
  });

  test.each([
    ["after ten seconds", undefined, logtoTimeout],
    ["at an earlier deadline, because discovery has used some of the time", 4_000, 4_000],
  ])("times out %s", async (_, deadline, at) => {
    fates = [{}, {}];
    expect(await outcome(deadline)).toEqual({ status: "TimeoutError", at });
    expect(aborted).toEqual([0, 1]);
  });

  test("loses the grant in one case: its response and its second copy are both seconds late", async () => {
    fates = [
      { processes: 10, responds: 9_000 },
      { processes: 3_500, responds: 3_510 },
    ];
    // The second one uses a token that was rotated 5.49 s before.
    expect(await outcome()).toEqual({ status: 400, at: 5_510 });
    expect(isRevoked).toBe(true);
  });
});
