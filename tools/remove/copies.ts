import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { start } from "../../dev/children.mjs";
import { paint, print } from "../../dev/terminal.mjs";
import { copyProject } from "../../tests/copy-project";
import { dependents, featuresOf, oneByOne } from "./main";

const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const install = [npm, "install", "--prefer-offline", "--no-audit", "--no-fund"];
const run = (...scripts: string[]) => scripts.map((script) => [npm, "run", script]);
const checks = run("typecheck", "lint", "test:unit", "build");

/**
 * Removes all features together in a copy of the project, and runs `npm test` there; then one after
 * another in another copy, with the compiler and knip after each, and all checks at the end. (What
 * each removal alone leaves is tested by `testEachRemoval`.)
 *
 * @param root the project's folder, a git repository
 * @returns the exit code
 */
export async function testRemovals(root: string): Promise<number> {
  const names = oneByOne(await featuresOf(root));
  const together = await inCopy(root, [removal(...names), [[npm, "test"]]]);
  if (together !== 0) return together;
  const steps = names.flatMap((name) => [removal(name), run("typecheck", "knip")]);
  return inCopy(root, [...steps, checks]);
}

/**
 * Removes each feature alone, with those that need it, in a copy of its own, and checks what is
 * left. Prints which removals failed at the end.
 *
 * @param root the project's folder, a git repository
 * @returns the exit code: 1 if one failed
 */
export async function testEachRemoval(root: string): Promise<number> {
  const features = await featuresOf(root);
  const failed: string[] = [];
  for (const name of features.keys()) {
    const code = await inCopy(root, [removal(name, ...dependents(features, name)), checks]);
    if (code !== 0) failed.push(name);
  }
  print(`\n${features.size - failed.length} removed, failed: ${failed.join(", ") || "none"}`);
  return failed.length === 0 ? 0 : 1;
}

const removal = (...names: string[]) => [
  [process.execPath, "dev/run.mjs", "remove", ...names],
  install,
  [npm, "run", "format"],
];

/** Runs commands in a copy of the project, until one fails. @returns the exit code */
async function inCopy(root: string, steps: string[][][]): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "removal-"));
  try {
    copyProject(root, folder);
    // Tools that read .gitignore and tests that list files need a repository.
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    for (const [command = "", ...args] of [install, ...steps.flat()]) {
      print(paint("bold", `── ${[path.basename(command), ...args].join(" ")}`));
      const child = start(command, args, {
        cwd: folder,
        env: { STORM: undefined },
        output: "inherit",
        shell: process.platform === "win32",
      });
      const code = await child.exited;
      if (code !== 0) return code;
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
