import { describe, expect, test, vi } from "vitest";
import { BoundedMap } from "@/lib/bounded-map";
import { isFirstTime, processWide } from "@/lib/process-wide";

describe("processWide", () => {
  test("returns one object per name, created at first use", () => {
    const create = vi.fn(() => new Map());
    const first = processWide("test: one", create);
    expect(processWide("test: one", create)).toBe(first);
    expect(create).toHaveBeenCalledTimes(1);
    expect(processWide("test: another", create)).not.toBe(first);
  });

  test("returns the same object to every bundle, each with its own copy of the module", async () => {
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

  test("evicts the oldest entries beyond its limit", () => {
    const map = filled(3, "a", "b", "c", "d", "e");
    expect(map.size).toBe(3);
    const values = ["a", "b", "c", "d", "e"].map((key) => map.get(key));
    expect(values).toEqual([undefined, undefined, "C", "D", "E"]);
  });

  test("evicts the least recently read or written entry", () => {
    const map = filled(3, "a", "b", "c");
    map.get("a");
    map.set("b", "again");
    map.set("d", "D");
    expect(map.get("c")).toBeUndefined();
    expect(["a", "b", "d"].map((key) => map.get(key))).toEqual(["A", "again", "D"]);
  });

  test("evicts nothing when an absent key is read, or an entry is replaced", () => {
    const map = filled(2, "a", "b", "b", "b");
    expect(map.get("x")).toBeUndefined();
    expect([map.size, map.get("a")]).toEqual([2, "A"]);
  });

  test("deletes an entry", () => {
    const map = filled(2, "a", "b");
    map.delete("a");
    expect([map.size, map.get("a")]).toEqual([1, undefined]);
  });
});

test("isFirstTime is true once per text", () => {
  const text = crypto.randomUUID();
  expect([text, text, `${text} and more`].map(isFirstTime)).toEqual([true, false, true]);
});
