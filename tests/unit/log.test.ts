import { beforeEach, describe, expect, test, vi } from "vitest";
import { log } from "@/lib/log";

const printed: [string, unknown[]][] = [];
for (const level of ["info", "warn", "error"] as const)
  vi.spyOn(console, level).mockImplementation((...args) => void printed.push([level, args]));

beforeEach(() => {
  printed.length = 0;
});

describe("the log", () => {
  test.each(["info", "warn", "error"] as const)("prints %s where the console does", (level) => {
    log[level]("session renewed", { sub: "k3v9t2m8qx1a", count: 2, again: false });
    expect(printed).toEqual([[level, ['[auth] session renewed sub="k3v9t2m8qx1a" count=2 again=false']]]);
  });

  test("leaves out what is not known", () => {
    log.info("signed out", { sub: undefined });
    log.info("signed out");
    expect(printed.map(([, args]) => args)).toEqual([["[auth] signed out"], ["[auth] signed out"]]);
  });

  test("makes one line of everything, so that nobody can forge another", () => {
    const forged = 'x\n[auth] signed out sub="victim"\r\n\tat Object.<anonymous> (file.ts:1:1)\u001b[2J';
    log.warn(forged, { reason: forged });
    const [, args] = printed[0] ?? [];
    expect(args).toHaveLength(1);
    expect(String(args?.[0])).toMatch(/^\[auth\] x \[auth\][^\r\n]*$/);
    expect(String(args?.[0]).split("reason=")[1]).not.toContain("\u001b");
  });

  test("keeps a value within its quotes", () => {
    log.error("refused", { reason: 'a" sub="victim' });
    expect(printed[0]?.[1]).toEqual(['[auth] refused reason="a\\" sub=\\"victim"']);
  });
});
