import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import path from "node:path";

/** Copies the project's files, without what git ignores. @param root a git repository */
export function copyProject(root: string, folder: string): void {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\0");
  for (const file of files.filter((each) => each && existsSync(path.join(root, each))))
    cpSync(path.join(root, file), path.join(folder, file));
}
