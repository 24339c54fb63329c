import { describe, expect, test, vi } from "vitest";
import { BoundedMap } from "@/lib/bounded-map";
import { isFirstTime, processWide } from "@/lib/process-wide";

describe("shared", () => {
  test("gives one object per name, made at first use", () => {
    const create = vi.fn(() => new Map());
    const first = processWide("test: one", create);
    expect(processWide("test: one", create)).toBe(first);
    expect(create).toHaveBeenCalledTimes(1);
    expect(processWide("test: another", create)).not.toBe(first);
  });

  test("gives every bundle of the process, each with its own copy of the module, the same object", async () => {
    const first = processWide("test: bundles", () => ({}));
    vi.resetModules();
    const copy = await import("@/lib/process-wide");
    expect(copy.processWide).not.toBe(processWide);
    expect(copy.processWide("test: bundles", () => ({}))).toBe(first);
  });
});

describe("BoundedMap", () => {
  const filled = (limit: number, ...keys: string[]) => {
    const map = new BoundedMap<string, string>(limit);
    for (const key of keys) map.set(key, key.toUpperCase());
    return map;
  };

  test("keeps as many entries as it may", () => {
    const map = filled(3, "a", "b", "c");
    expect(["a", "b", "c"].map((key) => map.get(key))).toEqual(["A", "B", "C"]);
  });

  test("forgets the oldest beyond that", () => {
    const map = filled(3, "a", "b", "c", "d", "e");
    expect(map.size).toBe(3);
    expect(["a", "b", "c", "d", "e"].map((key) => map.get(key))).toEqual([
      undefined,
      undefined,
      "C",
      "D",
      "E",
    ]);
  });

  test("forgets what was not read or written for longest", () => {
    const map = filled(3, "a", "b", "c");
    map.get("a");
    map.set("b", "again");
    map.set("d", "D");
    expect(map.get("c")).toBeUndefined();
    expect(["a", "b", "d"].map((key) => map.get(key))).toEqual(["A", "again", "D"]);
  });

  test("forgets nothing for a look at what it does not have", () => {
    const map = filled(2, "a", "b");
    expect(map.get("x")).toBeUndefined();
    expect(map.size).toBe(2);
  });

  test("replaces an entry without forgetting another", () => {
    const map = filled(2, "a", "b", "b", "b");
    expect(map.get("a")).toBe("A");
  });

  test("forgets what it is told to", () => {
    const map = filled(2, "a", "b");
    map.delete("a");
    expect([map.size, map.get("a")]).toEqual([1, undefined]);
  });
});

test("something is news once", () => {
  const what = crypto.randomUUID();
  expect([isFirstTime(what), isFirstTime(what), isFirstTime(`${what} and more`)]).toEqual([
    true,
    false,
    true,
  ]);
});
