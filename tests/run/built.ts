import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/** The sources of a production build. */
const sources = [
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
function newest(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return 0;
  const below = stat.isDirectory()
    ? readdirSync(file).map((name) => newest(path.join(file, name)))
    : [];
  return Math.max(stat.mtimeMs, ...below);
}

/**
 * @param folder of the sources and the build
 * @param result a file that the build writes last. Default: that of the app
 * @param from the sources. Default: those of the app
 * @returns whether there is a build that is newer than all sources
 */
export function isBuilt(folder: string, result = ".next/BUILD_ID", from = sources): boolean {
  const built = newest(path.join(folder, result));
  return built > 0 && from.every((source) => newest(path.join(folder, source)) < built);
}
