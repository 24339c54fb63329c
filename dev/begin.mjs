import process from "node:process";
import { fileURLToPath } from "node:url";
import { endAll, endTogether } from "./children.mjs";
import { ensureInstalled, unsupportedNode } from "./install.mjs";

/**
 * Installs missing packages, enables TypeScript imports, runs a command, then ends this process and
 * everything that it started. Imports nothing but Node.js modules until the packages are installed.
 *
 * @param {(root: string, args: string[]) => Promise<number>} command receives the project's folder
 *   and its arguments, returns the exit code; imports TypeScript modules itself
 * @param {string[]} args
 * @param {number} interrupted the exit code after Ctrl-C
 */
export async function begin(command, args, interrupted) {
  const unsupported = unsupportedNode(process.versions.node);
  if (unsupported) {
    console.error(unsupported);
    process.exit(1);
  }
  const root = fileURLToPath(new URL("..", import.meta.url));
  endTogether(interrupted);
  ensureInstalled(root);
  const { register } = await import("tsx/esm/api");
  register();
  await endAll(await command(root, args));
}
