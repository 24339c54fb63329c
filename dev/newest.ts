import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/**
 * The latest change at or below `file`, in milliseconds since 1970; 0 if there is no such file.
 * Adding or removing a file changes its folder.
 */
export function newest(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return 0;
  const below = stat.isDirectory()
    ? readdirSync(file).map((name) => newest(path.join(file, name)))
    : [];
  return Math.max(stat.mtimeMs, ...below);
}
