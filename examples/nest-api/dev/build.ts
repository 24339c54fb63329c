import path from "node:path";
import process from "node:process";
import { start } from "../../../dev/children.mjs";
import { ensureInstalled } from "../../../dev/install.mjs";
import { showStep } from "../../../dev/terminal.mjs";
import { isBuilt } from "../../../tests/run/built";

/** @param root the project's folder */
export const apiFolder = (root: string): string => path.join(root, "examples/nest-api");

/** The sources of a build. */
const sources = ["src", "prisma", "tsconfig.json", "package-lock.json"];
const generate = ["prisma/build/index.js", "generate", "--no-hints"];
export const compile = ["typescript/bin/tsc"];

/** Starts a program of the API server's own packages in its folder. */
export function startInApi(
  root: string,
  [script = "", ...args]: string[],
  onLine?: (line: string) => void,
) {
  const folder = apiFolder(root);
  return start(process.execPath, [path.join(folder, "node_modules", script), ...args], {
    cwd: folder,
    ...(onLine && { onLine }),
  });
}

/**
 * Installs the API server's packages and generates its Prisma client. Ends the process if the
 * installation fails.
 *
 * @param root the project's folder
 * @returns false if the client could not be generated; the reason is printed
 */
export async function prepareApi(root: string): Promise<boolean> {
  ensureInstalled(apiFolder(root));
  const prisma = startInApi(root, generate);
  return showStep("Generating the API server's Prisma client", "Prisma client generated", prisma);
}

/**
 * Prepares and compiles the API server if its last build is older than its sources.
 *
 * @param root the project's folder
 * @returns whether the build is up to date now; if not, the reason is printed
 */
export async function buildApi(root: string): Promise<boolean> {
  if (isBuilt(apiFolder(root), "dist/main.js", sources)) return true;
  if (!(await prepareApi(root))) return false;
  return showStep("Compiling the API server", "API server compiled", startInApi(root, compile));
}
