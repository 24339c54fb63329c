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
  /** Scripts with their arguments, run in turn until one fails. */
  commands: string[];
  env?: Record<string, string>;
  /** Checks that must end first, because they use the same files. */
  after?: string[];
  /** Checks that must succeed first. */
  needs?: string[];
  /** Where it writes a JSON report of its tests. Without one, the check counts as one test. */
  report?: string;
}

const vitestReport = z
  .object({
    numPassedTests: z.number(),
    numFailedTests: z.number(),
    numPendingTests: z.number(),
    numTodoTests: z.number(),
  })
  .transform((report) => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }));

const playwrightStats = z.object({
  expected: z.number(),
  unexpected: z.number(),
  flaky: z.number(),
  skipped: z.number(),
});
const playwrightReport = z.object({ stats: playwrightStats }).transform(({ stats }) => ({
  passed: stats.expected,
  failed: stats.unexpected + stats.flaky,
  skipped: stats.skipped,
}));

/**
 * Counts the tests in a JSON report of Vitest or Playwright. A test that passed only when repeated
 * counts as failed.
 *
 * @throws SyntaxError or ZodError if it is not a report
 */
export const countTests = (json: string): Counts =>
  z.union([vitestReport, playwrightReport]).parse(JSON.parse(json));

/** The folder of the reports. */
export const reports = ".data/test-reports";

function vitest(project: string): Check {
  const report = `${reports}/${project}.json`;
  const reporters = `--reporter=default --reporter=json --outputFile.json=${report}`;
  return {
    name: project,
    commands: [`node_modules/vitest/vitest.mjs run --project ${project} ${reporters}`],
    report,
  };
}

const next = "node_modules/next/dist/bin/next";
export const buildCommand = `${next} build`;
export const endToEndCommand = "node_modules/@playwright/test/cli.js test";
/** Lint and type check read the route types that Next.js generates; a build deletes them first. */
export const typesCommand = `${next} typegen`;
const eslint = "node_modules/eslint/bin/eslint.js --max-warnings 0";

/** All checks of `npm test`, in the order in which they start. */
export const allChecks: Check[] = [
  {
    name: "lint",
    commands: [
      `${eslint} .`,
      "node_modules/prettier/bin/prettier.cjs --check .",
      "node_modules/knip/bin/knip.js --no-progress",
    ],
  },
  { name: "typecheck", commands: ["node_modules/typescript/bin/tsc --noEmit"] },
  {
    name: "api",
    commands: [
      "examples/nest-api/dev/api.mjs build",
      // `--no-ignore`: the lint check ignores this folder, since its packages may be missing.
      `${eslint} --no-ignore examples/nest-api/src/{*,auth/*}.ts`,
    ],
    after: ["lint"],
  },
  vitest("unit"),
  { name: "build", commands: [buildCommand], after: ["lint", "typecheck"] },
  vitest("contract"),
  {
    name: "e2e",
    commands: [`${endToEndCommand} --reporter=list,json`],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: `${reports}/e2e.json` },
    after: ["unit", "contract"],
    needs: [
      // What the tests start.
      "build",
      "api",
    ],
    report: `${reports}/e2e.json`,
  },
];
