import { AsyncLocalStorage } from "node:async_hooks";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createLogger, log } from "@/lib/log";
import { processWide } from "@/lib/process-wide";

const printed: [string, unknown[]][] = [];
for (const level of ["info", "warn", "error"] as const)
  vi.spyOn(console, level).mockImplementation((...args) => void printed.push([level, args]));

beforeEach(() => {
  printed.length = 0;
});

describe("the log of development", () => {
  test.each(["info", "warn", "error"] as const)(
    "prints %s with the console method of the same name, without undefined values",
    (level) => {
      log[level]("session renewed", { sub: "k3v9t2m8qx1a", count: 2, again: false, x: undefined });
      const line = '[auth] session renewed sub="k3v9t2m8qx1a" count=2 again=false';
      expect(printed).toEqual([[level, [line]]]);
    },
  );

  test("prints one line whatever the input, so that no input can forge a second line", () => {
    const forged =
      'x\n[auth] signed out sub="victim"\r\n\tat Object.<anonymous> (file.ts:1:1)\u001b[2J';
    log.warn(forged, { reason: forged });
    const [, args] = printed[0] ?? [];
    expect(args).toHaveLength(1);
    expect(String(args?.[0])).toMatch(/^\[auth\] x \[auth\][^\r\n]*$/);
    expect(String(args?.[0])).not.toContain("\u001b");
  });

  test("escapes quotes in a value", () => {
    log.error("refused", { reason: 'a" sub="victim' });
    expect(printed[0]?.[1]).toEqual(['[auth] refused reason="a\\" sub=\\"victim"']);
  });
});

describe("the log of production", () => {
  const lines: string[] = [];
  const logger = createLogger({ write: (line) => void lines.push(line) });
  const onlyLine = (): unknown => {
    expect(lines).toHaveLength(1);
    return JSON.parse(lines[0] ?? "");
  };

  beforeEach(() => {
    lines.length = 0;
  });

  test("prints one JSON object a line, with the level's name and the time", () => {
    logger.warn({ user: "k3v9t2m8qx1a", reason: "one\ntwo" }, "session\nrenewed");
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(onlyLine()).toEqual({
      level: "warn",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      user: "k3v9t2m8qx1a",
      reason: "one\ntwo",
      msg: "session\nrenewed",
    });
  });

  test("adds the id of the request that a line belongs to", () => {
    // lib/server/request-id.ts sets this.
    const requests = processWide("requests", () => new AsyncLocalStorage<string>());
    requests.run("request-1", () => logger.info("signed out"));
    expect(onlyLine()).toMatchObject({ requestId: "request-1" });
  });

  test.each([
    "refresh_token",
    "accessToken",
    "client_secret",
    "password",
    "set-cookie",
    "authorization",
  ])("redacts the value of %s, at the top level or one level below", (name) => {
    const secret = { [name]: "top-secret" };
    logger.info({ ...secret, headers: secret, user: "k3v9t2m8qx1a" }, "x");
    expect(lines.join()).not.toContain("top-secret");
    expect(onlyLine()).toMatchObject({ [name]: "[Redacted]", user: "k3v9t2m8qx1a" });
  });
});
