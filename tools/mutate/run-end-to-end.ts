import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { z } from "zod";
import { alsoEnd, start } from "../../dev/children.mjs";
import { buildCopy } from "../../tests/e2e/builds";
import { apply, endToEndTest } from "./list";
import type { Mutation } from "./mutation";
import { linkPackages, type Verdict } from "./run-unit";

const spec = z.object({ title: z.string(), tests: z.array(z.object({ status: z.string() })) });
type Spec = z.output<typeof spec>;

interface Suite {
  specs?: Spec[] | undefined;
  suites?: Suite[] | undefined;
}
const suite: z.ZodType<Suite> = z.object({
  specs: z.array(spec).optional(),
  get suites() {
    return z.array(suite).optional();
  },
});
const report = z.object({
  config: z.object({ rootDir: z.string() }),
  // One for each file.
  suites: z.array(z.object({ file: z.string() }).and(suite)),
});

const testsIn = ({ specs = [], suites = [] }: Suite): Spec[] => [
  ...specs,
  ...suites.flatMap(testsIn),
];

/** Finds out whether a mutation's own test failed. @param json a report of Playwright */
export function endToEndVerdict(folder: string, mutation: Mutation, json: string): Verdict {
  const { spec: file = "", test = "" } = endToEndTest(mutation) ?? {};
  const { config, suites } = report.parse(JSON.parse(json));
  const found = suites
    .filter((each) => path.join(config.rootDir, each.file) === path.join(folder, file))
    .flatMap(testsIn)
    .filter(({ title }) => title.startsWith(test));
  const failed = found.find(({ tests }) => tests.some(({ status }) => status === "unexpected"));
  if (failed) return { outcome: "killed", detail: `${file}: ${failed.title}` };
  if (found.length > 0) return { outcome: "survived", detail: "" };
  return { outcome: "invalid", detail: `${file} has no test "${test}"` };
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/**
 * Builds a copy of the project with all of these mutations, and runs their tests once. Below
 * `.data/`, because the build finds the packages only there.
 *
 * @param mutations none, to see that the tests pass
 * @param tests the mutations whose tests run
 */
async function buildAndRun(
  root: string,
  mutations: readonly Mutation[],
  tests: readonly Mutation[],
): Promise<string> {
  const folder = await buildCopy("mutate", {
    change: (copy) => {
      for (const each of mutations) apply(copy, each);
    },
  });
  linkPackages(root, folder);
  const output = path.join(folder, "mutate-report.json");
  const wanted = tests.flatMap((each) => endToEndTest(each) ?? []);
  const playwright = start(
    process.execPath,
    [
      "node_modules/@playwright/test/cli.js",
      ...["test", "--project", "e2e", "--reporter", "json", "--workers", "2"],
      ...["--grep", wanted.map(({ test }) => escaped(test)).join("|")],
      ...new Set(wanted.map((each) => each.spec)),
    ],
    { cwd: folder, env: { PLAYWRIGHT_JSON_OUTPUT_FILE: output, NEXT_TELEMETRY_DISABLED: "1" } },
  );
  await playwright.exited;
  if (!existsSync(output)) throw new Error(playwright.output());
  return readFileSync(output, "utf8");
}

/**
 * Runs the mutations that only a production build shows, together in one build, after a build
 * without any, in which all their tests must pass.
 */
export async function runEndToEnd(
  root: string,
  mutations: readonly Mutation[],
): Promise<Map<Mutation, Verdict>> {
  const folder = path.join(root, ".data/mutate");
  alsoEnd(() => rmSync(folder, { recursive: true, force: true }));
  const before = await buildAndRun(root, [], mutations);
  const after = await buildAndRun(root, mutations, mutations);
  return new Map(
    mutations.map((each) => {
      const { outcome, detail } = endToEndVerdict(folder, each, before);
      return [
        each,
        outcome === "survived"
          ? endToEndVerdict(folder, each, after)
          : { outcome: "invalid", detail: detail && `without the mutation: ${detail}` },
      ] as const;
    }),
  );
}
