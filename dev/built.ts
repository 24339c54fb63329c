import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/** The sources of a production build. */
export const sources = [
  "app",
  "components",
  "lib",
  "prisma",
  "public",
  "auth.ts",
  "middleware.ts",
  "instrumentation.ts",
  "next.config.ts",
  "postcss.config.mjs",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
];

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

/**
 * @param root the project's folder
 * @returns whether there is a production build that is newer than all sources
 */
export function isBuilt(root: string): boolean {
  const built = newest(path.join(root, ".next/BUILD_ID"));
  return built > 0 && sources.every((source) => newest(path.join(root, source)) < built);
}
