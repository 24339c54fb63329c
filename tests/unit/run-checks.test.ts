import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isBuilt } from "../run/built";
import { allChecks, countTests } from "../run/checks";
import { temporaryFolder } from "./temporary-folder";

describe("counting tests", () => {
  it("reads Vitest's report", () => {
    const report = { numPassedTests: 5, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 };
    expect(countTests(JSON.stringify(report))).toEqual({ passed: 5, failed: 2, skipped: 2 });
  });

  it("counts an end-to-end test that passed only when repeated as failed", () => {
    const report = { stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 0 } };
    expect(countTests(JSON.stringify(report))).toEqual({ passed: 3, failed: 2, skipped: 0 });
  });

  it("rejects JSON that is not a report", () => {
    expect(() => countTests("{}")).toThrow();
  });
});

describe("the checks of npm test", () => {
  it("depend only on checks before them in the list", () => {
    const names = allChecks.map(({ name }) => name);
    for (const [index, { after = [], needs = [] }] of allChecks.entries())
      expect(names.slice(0, index)).toEqual(expect.arrayContaining([...after, ...needs]));
  });
});

describe("whether the production build is up to date", () => {
  const project = (changed: Date) => {
    const root = temporaryFolder();
    for (const folder of ["app/deep", ".next"])
      mkdirSync(path.join(root, folder), { recursive: true });
    for (const file of ["app/deep/page.tsx", ".next/BUILD_ID"])
      writeFileSync(path.join(root, file), "");
    for (const each of ["app", "app/deep", "app/deep/page.tsx"])
      utimesSync(path.join(root, each), changed, changed);
    return root;
  };

  it("is true if nothing has changed since", () => {
    expect(isBuilt(project(new Date(Date.now() - 60_000)))).toBe(true);
  });

  it("is false if a file in a nested folder has changed", () => {
    expect(isBuilt(project(new Date(Date.now() + 60_000)))).toBe(false);
  });

  it("is false without a build", () => {
    expect(isBuilt(temporaryFolder())).toBe(false);
  });
});
