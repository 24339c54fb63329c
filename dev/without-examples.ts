import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { start } from "./children.mjs";

/**
 * Applies docs/removing-the-examples.md to a copy of the project and runs `npm test` there.
 *
 * @param root the project's folder, a git repository
 * @returns the exit code
 */
export async function testWithoutExamples(root: string): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "without-examples-"));
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" });
  try {
    const files = git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0");
    for (const file of files.filter((each) => each && existsSync(path.join(root, each))))
      cpSync(path.join(root, file), path.join(folder, file));
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    const document = readFileSync(path.join(folder, "docs/removing-the-examples.md"), "utf8");
    const [, commands = ""] = /^```sh\n(.*?)^```$/ms.exec(document) ?? [];
    execFileSync("sh", ["-ec", commands], { cwd: folder, stdio: "inherit" });
    const env = { STORM: undefined };
    const tests = start(process.execPath, ["dev/test.mjs"], {
      cwd: folder,
      env,
      output: "inherit",
    });
    return await tests.exited;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
