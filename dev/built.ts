import path from "node:path";
import { newest } from "./newest";

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
 * @param root the project's folder
 * @returns whether there is a production build that is newer than all sources
 */
export function isBuilt(root: string): boolean {
  const built = newest(path.join(root, ".next/BUILD_ID"));
  return built > 0 && sources.every((source) => newest(path.join(root, source)) < built);
}
