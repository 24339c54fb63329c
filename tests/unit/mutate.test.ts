import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { apply, faultsOf, mutationsOf, readList } from "../../tools/mutate/list";
import { markdownTable } from "../../tools/mutate/main";
import type { Mutation } from "../../tools/mutate/mutation";
import { endToEndVerdict } from "../../tools/mutate/run-end-to-end";
import { verdictOf } from "../../tools/mutate/run-unit";
import { temporaryFolder } from "./temporary-folder";

const root = process.cwd();
const mutation = (changes: Partial<Mutation> = {}): Mutation => ({
  what: "a guard is gone",
  file: "lib/guard.ts",
  find: "check();",
  replace: "",
  tests: ["tests/guard.test.ts"],
  ...changes,
});

/** A project with one guard and its test. */
const project = (guard: string) =>
  temporaryFolder({ "lib/guard.ts": guard, "tests/guard.test.ts": "" });

test("every mutation finds its text exactly once, and its tests", () => {
  expect(faultsOf(root, mutationsOf(root))).toEqual([]);
});

test("a list has files and their mutations", () => {
  const list = (sign: string) => `# The guards.

lib/guard.ts

a guard is gone
${sign} check();
unit: guard, database/guard

a guard comes late
- if (a)
-   check();
+ check();
tests/e2e/a.spec.ts: checks: it
`;
  expect(readList(list("-"))).toEqual([
    mutation({ tests: ["tests/unit/guard.test.ts", "tests/unit/database/guard.test.ts"] }),
    mutation({
      what: "a guard comes late",
      find: "if (a)\n  check();",
      replace: "check();",
      tests: { spec: "tests/e2e/a.spec.ts", test: "checks: it" },
    }),
  ]);
  expect(() => readList(list("="))).toThrow("This is no mutation:\na guard is gone");
});

test("a mutation is applied and taken back", () => {
  const folder = project("check();\nwork();\n");
  const read = () => readFileSync(path.join(folder, "lib/guard.ts"), "utf8");
  const takeBack = apply(folder, mutation({ replace: "// $& is gone" }));
  expect(read()).toBe("// $& is gone\nwork();\n");
  takeBack();
  expect(read()).toBe("check();\nwork();\n");
});

test("a text that is not there once, a missing test and two of one name are reported", () => {
  const fault = (times: number) =>
    `lib/guard.ts has this ${times} times (a guard is gone):\ncheck();`;
  expect(faultsOf(project("work();\n"), [mutation()])).toEqual([fault(0)]);
  expect(faultsOf(project("check();\ncheck();\n"), [mutation()])).toEqual([fault(2)]);
  const one = mutation({ tests: ["tests/gone.test.ts"] });
  expect(faultsOf(project("check();"), [one, mutation()])).toEqual([
    "tests/gone.test.ts is not there (a guard is gone)",
    "There are two with the text: a guard is gone",
  ]);
});

test.each([
  [["passed", "failed"], "killed", "tests/guard.test.ts: a guard > checks"],
  [["passed", "skipped"], "survived", ""],
  [[], "invalid", "SyntaxError: unexpected token"],
  [undefined, "invalid", "no test ran"],
])("unit tests that have %j give the verdict %s", (statuses, outcome, detail) => {
  const file = {
    name: "/copy/tests/guard.test.ts",
    status: outcome === "survived" ? "passed" : "failed",
    message: statuses?.length ? "" : "SyntaxError: unexpected token\n  at x",
    assertionResults: (statuses ?? []).map((status) => ({
      ancestorTitles: ["a guard"],
      title: "checks",
      status,
    })),
  };
  const json = JSON.stringify({ testResults: statuses ? [file] : [] });
  expect(verdictOf("/copy", json)).toEqual({ outcome, detail });
});

test.each([
  ["unexpected", "checks it for alice", "killed", "e2e/a.spec.ts: checks it for alice"],
  ["expected", "checks it for alice", "survived", ""],
  ["unexpected", "another", "invalid", 'e2e/a.spec.ts has no test "checks it"'],
])("a %s end-to-end test, %j, gives the verdict %s", (status, title, outcome, detail) => {
  const specs = [{ title, tests: [{ status }] }];
  const others = [{ title: "checks it", tests: [{ status: "unexpected" }] }];
  const json = JSON.stringify({
    config: { rootDir: "/copy" },
    suites: [
      { file: "e2e/a.spec.ts", specs: [], suites: [{ specs }] },
      { file: "e2e/more/a.spec.ts", specs: others },
    ],
  });
  const ours = mutation({ tests: { spec: "e2e/a.spec.ts", test: "checks it" } });
  expect(endToEndVerdict("/copy", ours, json)).toEqual({ outcome, detail });
});

test("the Markdown table has a row for each mutation that ran", () => {
  const [one, two] = [mutation({ what: "a | b" }), mutation()];
  const verdicts = new Map([[one, { outcome: "killed" as const, detail: "a test" }]]);
  expect(markdownTable([one, two], verdicts).split("\n").slice(2)).toEqual([
    "| a \\| b | `lib/guard.ts` | a test |",
    "",
  ]);
});
