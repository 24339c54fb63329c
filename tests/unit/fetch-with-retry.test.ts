import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { logtoTimeout, fetchWithRetry, withDeadline } from "@/lib/logto/fetch-with-retry";

/** What happens to one request, in milliseconds after it was sent: never, where absent. */
interface Fate {
  /** When Logto acts on it. */
  acts?: number;
  /** When its answer is there; `dropped`: the connection breaks then. */
  answers?: number;
  dropped?: boolean;
}

/**
 * Logto's rule for a refresh token that it replaces: good for 3 s more, and after that the grant is
 * revoked.
 */
const grace = 3_000;
let fates: Fate[];
let sentAt: number[];
let aborted: number[];
let consumedAt: number | undefined;
let isRevoked: boolean;

/** What Logto decides at the moment when it acts. */
function act(): Response {
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
  const { acts, answers, dropped } = fates[index] ?? {};
  let answer: Response | undefined;
  if (acts !== undefined) setTimeout(() => (answer = act()), acts);
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => {
      aborted.push(index);
      reject(new Error("aborted"));
    });
    if (answers === undefined) return;
    setTimeout(() => {
      if (dropped || !answer) reject(new TypeError("fetch failed"));
      else resolve(answer);
    }, answers);
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
 * Sends one, and lets time go by. @returns the answer's status, or the error's name, and when that
 * was
 */
async function outcome(deadline?: number): Promise<{ status: number | string; at: number }> {
  const answer = fetchWithRetry(
    "https://logto.example/oidc/token",
    { method: "POST" },
    deadline,
  ).then(
    ({ status }) => ({ status, at: Date.now() }),
    (error: unknown) => ({ status: error instanceof Error ? error.name : "?", at: Date.now() }),
  );
  await vi.advanceTimersByTimeAsync(30_000);
  return answer;
}

describe("a request to Logto", () => {
  test("that is answered is sent once", async () => {
    fates = [{ acts: 10, answers: 20 }];
    expect(await outcome()).toEqual({ status: 200, at: 20 });
    expect(sentAt).toEqual([0]);
  });

  const survived: [string, Fate[], number][] = [
    ["whose answer is lost", [{ acts: 10 }, { acts: 10, answers: 20 }], 2_020],
    [
      "that is answered 2.5 s late",
      [
        { acts: 0, answers: 2_500 },
        { acts: 0, answers: 2_500 },
      ],
      2_500,
    ],
    [
      "that is answered 4 s late",
      [
        { acts: 0, answers: 4_000 },
        { acts: 0, answers: 4_000 },
      ],
      4_000,
    ],
    [
      "that is acted on after 4 s",
      [
        { acts: 4_000, answers: 4_010 },
        { acts: 10, answers: 20 },
      ],
      2_020,
    ],
    [
      "that is dropped after Logto acted",
      [
        { acts: 10, answers: 20, dropped: true },
        { acts: 10, answers: 20 },
      ],
      40,
    ],
    ["that never arrives", [{}, { acts: 10, answers: 20 }], 2_020],
  ];
  test.each(survived)("%s is sent once more, and the grant lives", async (_, scenario, at) => {
    fates = scenario;
    expect(await outcome()).toEqual({ status: 200, at });
    expect(sentAt).toHaveLength(2);
    expect(isRevoked).toBe(false);
  });

  test("of two that are open is aborted when the other one is answered", async () => {
    fates = [{ acts: 0, answers: 2_500 }, { acts: 0 }];
    await outcome();
    expect(aborted).toContain(1);
  });

  test("that fails between 2 s and 3 s after the first time is sent no third time", async () => {
    fates = [
      { answers: 2_500, dropped: true },
      { answers: 100, dropped: true },
    ];
    expect(await outcome()).toMatchObject({ status: "TypeError" });
    expect(sentAt).toEqual([0, 2_000]);
  });

  test("is given up after ten seconds", async () => {
    fates = [{}, {}];
    expect(await outcome()).toEqual({ status: "TimeoutError", at: logtoTimeout });
    expect(aborted).toEqual([0, 1]);
  });

  test("keeps to an earlier deadline: what discovery took is gone", async () => {
    fates = [{}, {}];
    expect(await outcome(4_000)).toEqual({ status: "TimeoutError", at: 4_000 });
  });

  test("is lost in one case: one is stuck for seconds while the other one passes", async () => {
    fates = [
      { acts: 10, answers: 9_000 },
      { acts: 3_500, answers: 3_510 },
    ];
    // The second one gets to see a token that was replaced 5.49 s before.
    expect(await outcome()).toEqual({ status: 400, at: 5_510 });
    expect(isRevoked).toBe(true);
  });
});

test("what is waited for until a deadline goes on after it", async () => {
  const late = new Promise((resolve) => setTimeout(() => resolve("late"), 5_000));
  const waiting = withDeadline(1_000, late).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await waiting).toMatchObject({ name: "TimeoutError" });
  await vi.advanceTimersByTimeAsync(4_000);
  expect(await late).toBe("late");
});
