import { utimesSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { isBuilt } from "../run/built";
import { allChecks, countTests } from "../run/checks";
import { temporaryFolder } from "./temporary-folder";

it("counts the tests of Vitest and of Playwright, where flaky ones have failed", () => {
  const vitest = { numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 };
  expect(countTests(JSON.stringify(vitest))).toEqual({ passed: 5, failed: 2, skipped: 2 });
  const playwright = { stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 0 } };
  expect(countTests(JSON.stringify(playwright))).toEqual({ passed: 3, failed: 2, skipped: 0 });
  expect(() => countTests("{}")).toThrow();
});

it("runs checks that depend only on checks before them in the list", () => {
  const names = allChecks.map(({ name }) => name);
  for (const [index, { after = [], needs = [] }] of allChecks.entries())
    expect(names.slice(0, index)).toEqual(expect.arrayContaining([...after, ...needs]));
});

it("takes a production build as up to date unless a nested file has changed since", () => {
  const root = temporaryFolder({ "app/deep/page.tsx": "", ".next/BUILD_ID": "" });
  const change = (seconds: number) => {
    const time = Date.now() / 1000 + seconds;
    for (const each of ["app", "app/deep", "app/deep/page.tsx"])
      utimesSync(path.join(root, each), time, time);
  };
  change(-60);
  expect(isBuilt(root)).toBe(true);
  change(60);
  expect(isBuilt(root)).toBe(false);
  expect(isBuilt(temporaryFolder())).toBe(false);
});
