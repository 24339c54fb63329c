import "./mock-env";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isReady } from "@/lib/server/health";
import { forget } from "./ended";
import { variables } from "./environment";
import { log } from "./mocks";

const issuer = variables.AUTH_LOGTO_ISSUER;
let now = Date.now();
const fetching = vi.spyOn(globalThis, "fetch");

beforeEach(() => {
  // Late enough for the cached verdict of the test before to have expired.
  now += 60_000;
  fetching.mockReset().mockImplementation(() => Promise.resolve(Response.json({ issuer })));
});

describe("an instance", () => {
  test("is ready if the issuer responds", async () => {
    expect(await isReady(now)).toBe(true);
    expect(log.error).not.toHaveBeenCalled();
  });

  const other = "https://auth.example.com/oidc";
  test.each([
    ["does not respond", () => Promise.reject(new TypeError("fetch failed")), "fetch failed"],
    ["does not return JSON", async () => new Response("<html>"), "JSON"],
    [
      "is a different one",
      async () => Response.json({ issuer: other }),
      `${issuer} (AUTH_LOGTO_ISSUER) names another issuer: ${other}`,
    ],
    ["returns an error", async () => Response.json({}, { status: 500 }), "another issuer"],
  ])("is not ready if the issuer %s", async (_, respond, reason) => {
    fetching.mockImplementation(respond);
    expect(await isReady(now)).toBe(false);
    expect(log.error.mock.calls).toEqual([
      ["not ready", { issuer: expect.stringContaining(reason) }],
    ]);
  });

  test("is not ready if the issuer is on https and its endpoints are not", async () => {
    const endpoints = { token_endpoint: issuer.replace("https:", "http:") };
    fetching.mockResolvedValue(Response.json({ issuer, ...endpoints }));
    expect(await isReady(now)).toBe(false);
  });

  describe("with a slow Logto", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    const respondAfter = (milliseconds: number, body: object) =>
      fetching.mockImplementation(async () => {
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        return Response.json(body);
      });

    /** The verdict, if there is one after this number of milliseconds. */
    async function verdict(at: number, milliseconds: number): Promise<boolean | undefined> {
      const result: { verdict?: boolean } = {};
      void isReady(at).then((ready) => (result.verdict = ready));
      await vi.advanceTimersByTimeAsync(milliseconds);
      return result.verdict;
    }

    test("waits 5 s for its first verdict, and later returns the last one after 1 s", async () => {
      forget("readiness");
      respondAfter(5_000, { issuer });
      expect(await verdict(now, 4_999)).toBeUndefined();
      expect(await verdict(now, 1)).toBe(true);
      expect(await verdict(now + 10_000, 1_000)).toBe(true);
      await vi.advanceTimersByTimeAsync(4_000);
      expect(fetching).toHaveBeenCalledTimes(2);
      expect(log.error).not.toHaveBeenCalled();
    });

    test("is not ready once the slow check has failed", async () => {
      respondAfter(4_000, {});
      expect(await verdict(now, 1_000)).toBe(true);
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await verdict(now, 0)).toBe(false);
      expect(log.error).toHaveBeenCalledTimes(1);
    });
  });

  test("checks once for all calls within five seconds, and then again", async () => {
    await Promise.all(Array.from({ length: 100 }, (_, index) => isReady(now + index * 40)));
    expect(fetching).toHaveBeenCalledTimes(1);
    fetching.mockRejectedValue(new TypeError("fetch failed"));
    expect(await isReady(now + 4_999)).toBe(true);
    expect(await isReady(now + 5_000)).toBe(false);
    expect(fetching).toHaveBeenCalledTimes(2);
  });
});
