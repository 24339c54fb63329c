import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** How many tests passed, failed and were skipped. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** One part of `npm test`. */
export interface Check {
  name: string;
  /** Scripts in node_modules with their arguments, run in turn until one fails. */
  commands: string[][];
  env?: Record<string, string>;
  /** Checks that must end first, because they use the same files. */
  after?: string[];
  /** Checks that must succeed first. */
  needs?: string[];
  /** Counts its tests. Without it, the check counts as one test. */
  count?: () => Counts;
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

const playwrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
});

/** Counts the tests in Vitest's JSON report. @throws SyntaxError or ZodError if it is not one */
export function countVitest(json: string): Counts {
  const report = vitestReport.parse(JSON.parse(json));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * Counts the tests in Playwright's JSON report. A test that passed only when repeated counts as
 * failed.
 *
 * @throws SyntaxError or ZodError if it is not a report
 */
export function countPlaywright(json: string): Counts {
  const { stats } = playwrightReport.parse(JSON.parse(json));
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
}

const next = "next/dist/bin/next";
const playwright = "@playwright/test/cli.js";

function vitest(project: string, folder: string): Check {
  const report = path.join(folder, `${project}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  return {
    name: project,
    commands: [["vitest/vitest.mjs", "run", "--project", project, ...reporters]],
    count: () => countVitest(readFileSync(report, "utf8")),
  };
}

export const buildCommand = [next, "build"];
export const endToEndCommand = [playwright, "test"];
/** Lint and type check read the route types that Next.js generates; a build deletes them first. */
export const typesCommand = [next, "typegen"];

/**
 * All checks of `npm test`, in the order in which they start.
 *
 * @param folder for the test reports
 */
export function allChecks(folder: string): Check[] {
  const endToEnd = path.join(folder, "e2e.json");
  return [
    {
      name: "lint",
      commands: [
        ["eslint/bin/eslint.js", ".", "--max-warnings", "0"],
        ["prettier/bin/prettier.cjs", "--check", "."],
        ["knip/bin/knip.js", "--no-progress"],
      ],
    },
    { name: "typecheck", commands: [["typescript/bin/tsc", "--noEmit"]] },
    {
      name: "api",
      commands: [
        ["../examples/nest-api/dev/api.mjs", "build"],
        // `--no-ignore`: the lint check ignores this folder, since its packages may be missing.
        [
          "eslint/bin/eslint.js",
          "--no-ignore",
          "--max-warnings",
          "0",
          "examples/nest-api/src/{*,auth/*}.ts",
        ],
      ],
      after: ["lint"],
    },
    vitest("unit", folder),
    { name: "build", commands: [buildCommand], after: ["lint", "typecheck"] },
    vitest("contract", folder),
    {
      name: "e2e",
      commands: [[...endToEndCommand, "--reporter=list,json"]],
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: endToEnd },
      after: ["unit", "contract"],
      needs: [
        // What the tests start.
        "build",
        "api",
      ],
      count: () => countPlaywright(readFileSync(endToEnd, "utf8")),
    },
  ];
}
