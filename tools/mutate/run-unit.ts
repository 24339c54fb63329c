import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { z } from "zod";
import { alsoEnd, start } from "../../dev/children.mjs";
import { copyProject } from "../../tests/copy-project";
import { apply, testFiles } from "./list";
import type { Mutation } from "./mutation";

/** Whether the tests noticed a mutation. */
export interface Verdict {
  /** `invalid`: no test ran, because a file could not be loaded or nothing ended in time. */
  outcome: "killed" | "survived" | "invalid";
  /** The name of the first test that failed, or why the mutation is invalid. */
  detail: string;
}

/** How long the tests of one mutation may take, in milliseconds. A mutation can cause an endless loop. */
const timeLimit = 5 * 60_000;

/** Creates a copy of the project with its packages, which is removed when this process ends. */
export function temporaryCopy(root: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "mutate-"));
  alsoEnd(() => rmSync(folder, { recursive: true, force: true }));
  copyProject(root, folder);
  linkPackages(root, folder);
  // What a command generates, and git ignores.
  const generated = path.join(root, "generated");
  if (existsSync(generated)) cpSync(generated, path.join(folder, "generated"), { recursive: true });
  return folder;
}

/** Links the packages into a copy of the project. */
export const linkPackages = (root: string, folder: string): void =>
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"), "junction");

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});

/** Runs unit tests in a copy until one fails. @param files such as `tests/unit/guards.test.ts` */
export async function runUnitTests(folder: string, files: readonly string[]): Promise<Verdict> {
  const output = path.join(folder, "mutate-report.json");
  rmSync(output, { force: true });
  const vitest = start(
    process.execPath,
    [
      "node_modules/vitest/vitest.mjs",
      ...["run", "--project", "unit", "--bail", "1", "--reporter", "json", "--outputFile", output],
      ...files,
    ],
    { cwd: folder, env: { NODE_ENV: "test", STORM: undefined } },
  );
  const timer = setTimeout(() => void vitest.stop(), timeLimit);
  await vitest.exited;
  clearTimeout(timer);
  if (!existsSync(output)) return { outcome: "invalid", detail: lastLine(vitest.output()) };
  return verdictOf(folder, readFileSync(output, "utf8"));
}

/** Reads Vitest's JSON report. */
export function verdictOf(folder: string, json: string): Verdict {
  const { testResults } = report.parse(JSON.parse(json));
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === "failed");
    if (!failed) continue;
    const title = [...failed.ancestorTitles, failed.title].join(" > ");
    return { outcome: "killed", detail: `${path.relative(folder, name)}: ${title}` };
  }
  const broken = testResults.find(({ status }) => status === "failed");
  if (broken) return { outcome: "invalid", detail: broken.message.split("\n", 1)[0] ?? "" };
  const ran = testResults.some((file) => file.assertionResults.length > 0);
  return ran ? { outcome: "survived", detail: "" } : { outcome: "invalid", detail: "no test ran" };
}

const lastLine = (text: string) => text.trim().split("\n").at(-1) ?? "";

/** Runs a mutation's tests with the mutation, in a copy that has none. */
export async function runMutation(folder: string, mutation: Mutation): Promise<Verdict> {
  const takeBack = apply(folder, mutation);
  try {
    return await runUnitTests(folder, testFiles(mutation));
  } finally {
    takeBack();
  }
}
