import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { apply, faultsOf, mutationsOf } from "../../tools/mutate/list";
import { markdownTable } from "../../tools/mutate/main";
import type { Mutation } from "../../tools/mutate/mutation";
import { endToEndVerdict } from "../../tools/mutate/run-end-to-end";
import { verdictOf } from "../../tools/mutate/run-unit";
import { temporaryFolder } from "./temporary-folder";

const root = process.cwd();
const mutations = await mutationsOf(root);
const mutation = (changes: Partial<Mutation> = {}): Mutation => ({
  what: "a guard is gone",
  file: "lib/guard.ts",
  find: "check();",
  replace: "",
  tests: ["tests/guard.test.ts"],
  ...changes,
});

/** A project with one guard and its test. */
function project(guard: string): string {
  const folder = temporaryFolder();
  for (const [file, text] of [
    ["lib/guard.ts", guard],
    ["tests/guard.test.ts", ""],
  ] as const) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

test("every mutation finds its text exactly once, and its tests", () => {
  expect(faultsOf(root, mutations)).toEqual([]);
});

test("a mutation is applied and taken back", () => {
  const folder = project("check();\nwork();\n");
  const read = () => readFileSync(path.join(folder, "lib/guard.ts"), "utf8");
  const takeBack = apply(folder, mutation({ replace: "// $& is gone" }));
  expect(read()).toBe("// $& is gone\nwork();\n");
  takeBack();
  expect(read()).toBe("check();\nwork();\n");
});

test.each([
  ["work();\n", "lib/guard.ts has this 0 times (a guard is gone):\ncheck();"],
  ["check();\ncheck();\n", "lib/guard.ts has this 2 times (a guard is gone):\ncheck();"],
])("a text that is not there once is reported: %j", (guard, fault) => {
  expect(faultsOf(project(guard), [mutation()])).toEqual([fault]);
});

test("a missing test and two mutations of one name are reported", () => {
  const one = mutation({ tests: ["tests/gone.test.ts"] });
  expect(faultsOf(project("check();"), [one, mutation()])).toEqual([
    "tests/gone.test.ts is not there (a guard is gone)",
    "There are two with the text: a guard is gone",
  ]);
});

/** A report of Vitest about one file. */
const vitestReport = (statuses: string[], status: string, message = "") =>
  JSON.stringify({
    testResults: [
      {
        name: "/copy/tests/guard.test.ts",
        status,
        message,
        assertionResults: statuses.map((each) => ({
          ancestorTitles: ["a guard"],
          title: "checks",
          status: each,
        })),
      },
    ],
  });

test.each([
  [
    "a failed test",
    vitestReport(["passed", "failed"], "failed"),
    { outcome: "killed", detail: "tests/guard.test.ts: a guard > checks" },
  ],
  [
    "tests that pass",
    vitestReport(["passed", "skipped"], "passed"),
    { outcome: "survived", detail: "" },
  ],
  [
    "a file that can't be loaded",
    vitestReport([], "failed", "SyntaxError: unexpected token\n  at x"),
    { outcome: "invalid", detail: "SyntaxError: unexpected token" },
  ],
  ["no file", '{"testResults":[]}', { outcome: "invalid", detail: "no test ran" }],
])("%s gives the verdict", (_, json, verdict) => {
  expect(verdictOf("/copy", json)).toEqual(verdict);
});

test.each([
  [
    "unexpected",
    "checks it for alice",
    { outcome: "killed", detail: "e2e/a.spec.ts: checks it for alice" },
  ],
  ["expected", "checks it for alice", { outcome: "survived", detail: "" }],
  [
    "unexpected",
    "another",
    { outcome: "invalid", detail: 'e2e/a.spec.ts has no test "checks it"' },
  ],
])("an end-to-end test that is %s, named %j, gives the verdict", (status, title, verdict) => {
  const specs = [{ title, tests: [{ status }] }];
  const json = JSON.stringify({
    config: { rootDir: "/copy" },
    suites: [
      { file: "e2e/a.spec.ts", specs: [], suites: [{ specs }] },
      {
        file: "e2e/more/a.spec.ts",
        specs: [{ title: "checks it", tests: [{ status: "unexpected" }] }],
      },
    ],
  });
  const ours = mutation({ tests: { spec: "e2e/a.spec.ts", test: "checks it" } });
  expect(endToEndVerdict("/copy", ours, json)).toEqual(verdict);
});

test("the Markdown table has a row for each mutation that ran", () => {
  const [one, two] = [mutation({ what: "a | b" }), mutation()];
  const verdicts = new Map([[one, { outcome: "killed" as const, detail: "a test" }]]);
  expect(markdownTable([one, two], verdicts).split("\n").slice(2)).toEqual([
    "| a \\| b | `lib/guard.ts` | a test |",
    "",
  ]);
});
