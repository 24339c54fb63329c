import { expect, test } from "vitest";
import { Limit } from "@/lib/session/limit";

test("lets so many run at a time, and each of the others in its turn", async () => {
  const limit = new Limit(2, 1_000);
  let running = 0;
  let most = 0;
  const ended: number[] = [];
  const work = (id: number) => async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    ended.push(id);
  };
  await Promise.all([1, 2, 3, 4, 5].map((id) => limit.run(work(id))));
  expect(most).toBe(2);
  expect(ended).toEqual([1, 2, 3, 4, 5]);
});

test("goes on after one that failed", async () => {
  const limit = new Limit(1, 1_000);
  const failed = limit.run(() => Promise.reject(new Error("no")));
  const next = limit.run(() => Promise.resolve("yes"));
  await expect(failed).rejects.toThrow("no");
  await expect(next).resolves.toBe("yes");
});
