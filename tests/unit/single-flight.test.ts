import { describe, expect, test, vi } from "vitest";
import { isLogtoError, LogtoError, type LogtoErrorCode } from "@/lib/logto/errors";
import { SingleFlight } from "@/lib/session/lifecycle/single-flight";

const outage = new LogtoError("unavailable", "no response");
const at = (seconds: number) => () => seconds * 1000;
const atZero = at(0);
const succeed = async () => 1;

describe("one request of a kind at a time", () => {
  test.each([
    ["resolves", async () => "result", { status: "fulfilled", value: "result" }],
    ["rejects", () => Promise.reject(outage), { status: "rejected", reason: outage }],
  ])("%s for all parallel calls", async (_, respond, result) => {
    const flight = new SingleFlight<string>();
    const send = vi.fn(respond);
    const calls = Array.from({ length: 50 }, () => flight.run(send, atZero));
    expect(await Promise.allSettled(calls)).toEqual(calls.map(() => result));
    expect(send).toHaveBeenCalledTimes(1);
  });

  test("rejects with an error of another bundle's copy of the class", async () => {
    vi.resetModules();
    const copy = await import("@/lib/logto/errors");
    expect(copy.LogtoError).not.toBe(LogtoError);
    const accessDenied = new copy.LogtoError("access_denied", "not a member");
    expect(isLogtoError(accessDenied)).toBe(true);
    const failed = new SingleFlight().run(() => Promise.reject(accessDenied), atZero);
    await expect(failed).rejects.toBe(accessDenied);
  });

  test("is sent again after a request that threw synchronously", async () => {
    const flight = new SingleFlight<number>();
    const broken = () => {
      throw new LogtoError("invalid_grant", "over");
    };
    await expect(flight.run(broken, atZero)).rejects.toMatchObject({ code: "invalid_grant" });
    expect(await flight.run(succeed, atZero)).toBe(1);
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
      await expect(flight.run(send, at(second))).rejects.toBe(outage);
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
    for (let call = 0; call < 2; call += 1)
      await expect(flight.run(send, atZero)).rejects.toMatchObject({ code });
    expect(send).toHaveBeenCalledTimes(count);
  });

  test("`failure` is set until a request succeeds", async () => {
    const flight = new SingleFlight<number>();
    expect(flight.failure).toBeUndefined();
    await flight.run(() => Promise.reject(outage), atZero).catch(() => undefined);
    expect(flight.failure).toBe(outage);
    await flight.run(succeed, at(1));
    expect(flight.failure).toBeUndefined();
  });

  test("a success makes the pauses short again", async () => {
    const flight = new SingleFlight<number>();
    const failing = vi.fn().mockRejectedValue(outage);
    for (const second of [0, 1, 3]) await flight.run(failing, at(second)).catch(() => undefined);
    await flight.run(succeed, at(7));
    for (const second of [8, 9]) await flight.run(failing, at(second)).catch(() => undefined);
    expect(failing).toHaveBeenCalledTimes(5);
  });

  test("any thrown value becomes a LogtoError", async () => {
    const flight = new SingleFlight<never>();
    const failed = flight.run(() => Promise.reject(new TypeError("fetch failed")), atZero);
    await expect(failed).rejects.toMatchObject({ name: "LogtoError", code: "unavailable" });
  });
});
