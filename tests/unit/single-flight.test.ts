import { describe, expect, test, vi } from "vitest";
import { isLogtoError, LogtoError, type LogtoErrorCode } from "@/lib/logto/errors";
import { SingleFlight } from "@/lib/session/lifecycle/single-flight";

const outage = new LogtoError("unavailable", "no response");
const atZero = () => 0;

describe("one request of a kind at a time", () => {
  test("resolves for all parallel calls", async () => {
    const flight = new SingleFlight<object>();
    const send = vi.fn(async () => ({}));
    const results = await Promise.all(Array.from({ length: 50 }, () => flight.run(send, atZero)));
    expect(send).toHaveBeenCalledTimes(1);
    expect(new Set(results).size).toBe(1);
  });

  test("rejects for all parallel calls", async () => {
    const flight = new SingleFlight<object>();
    const send = vi.fn().mockRejectedValue(outage);
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, () => flight.run(send, atZero)),
    );
    expect(send).toHaveBeenCalledTimes(1);
    expect(results).toEqual(
      Array.from({ length: 50 }, () => ({ status: "rejected", reason: outage })),
    );
  });

  test("rejects with an error of another bundle's copy of the class", async () => {
    vi.resetModules();
    const copy = await import("@/lib/logto/errors");
    expect(copy.LogtoError).not.toBe(LogtoError);
    const accessDenied = new copy.LogtoError("access_denied", "not a member");
    expect(isLogtoError(accessDenied)).toBe(true);
    await expect(new SingleFlight().run(() => Promise.reject(accessDenied), atZero)).rejects.toBe(
      accessDenied,
    );
  });

  test("is sent again by a later call", async () => {
    const flight = new SingleFlight<number>();
    let count = 0;
    const send = async () => (count += 1);
    expect(await flight.run(send, atZero)).toBe(1);
    expect(await flight.run(send, atZero)).toBe(2);
  });

  test("is sent again after a request that threw synchronously", async () => {
    const flight = new SingleFlight<number>();
    const broken = () => {
      throw new LogtoError("invalid_grant", "over");
    };
    await expect(flight.run(broken, atZero)).rejects.toMatchObject({ code: "invalid_grant" });
    expect(await flight.run(async () => 1, atZero)).toBe(1);
  });
});

describe("after a failure", () => {
  test("a temporary error is retried after 1, 2, 4, 8 and then every 10 seconds", async () => {
    const flight = new SingleFlight<never>();
    const attempts: number[] = [];
    for (let second = 0; second < 60; second += 0.5) {
      const send = () => {
        attempts.push(second);
        return Promise.reject(outage);
      };
      await expect(flight.run(send, () => second * 1000)).rejects.toBe(outage);
    }
    expect(attempts).toEqual([0, 1, 3, 7, 15, 25, 35, 45, 55]);
  });

  test.each<[LogtoErrorCode, number]>([
    ["unavailable", 1],
    ["invalid_client", 1],
    ["rejected", 1],
    ["invalid_grant", 2],
    ["invalid_target", 2],
    ["access_denied", 2],
    ["insufficient_scope", 2],
    ["invalid_token", 2],
  ])("%s makes two successive calls send %i requests", async (code, count) => {
    const flight = new SingleFlight<never>();
    const send = vi.fn().mockRejectedValue(new LogtoError(code, code));
    await expect(flight.run(send, atZero)).rejects.toMatchObject({ code });
    await expect(flight.run(send, atZero)).rejects.toMatchObject({ code });
    expect(send).toHaveBeenCalledTimes(count);
  });

  test("`failure` is set until a request succeeds", async () => {
    const flight = new SingleFlight<number>();
    expect(flight.failure).toBeUndefined();
    await flight.run(() => Promise.reject(outage), atZero).catch(() => undefined);
    expect(flight.failure).toBe(outage);
    await flight.run(
      async () => 1,
      () => 1_000,
    );
    expect(flight.failure).toBeUndefined();
  });

  test("a success makes the pauses short again", async () => {
    const flight = new SingleFlight<number>();
    const failing = vi.fn().mockRejectedValue(outage);
    for (const second of [0, 1, 3])
      await flight.run(failing, () => second * 1000).catch(() => undefined);
    await flight.run(
      async () => 1,
      () => 7_000,
    );
    for (const second of [8, 9])
      await flight.run(failing, () => second * 1000).catch(() => undefined);
    expect(failing).toHaveBeenCalledTimes(5);
  });

  test("any thrown value becomes a LogtoError", async () => {
    const flight = new SingleFlight<never>();
    const failed = flight.run(() => Promise.reject(new TypeError("fetch failed")), atZero);
    await expect(failed).rejects.toMatchObject({ name: "LogtoError", code: "unavailable" });
  });
});
