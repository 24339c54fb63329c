// How every command in dev/ starts. Imports nothing but Node.js modules until the packages are
// installed.
import process from "node:process";
import { fileURLToPath } from "node:url";
import { endAll, endTogether } from "./children.mjs";
import { ensureInstalled } from "./install.mjs";
import { unsupportedNode } from "./node-version.mjs";

/**
 * Installs missing packages, enables TypeScript imports, runs a command, then ends this process and
 * everything that it started.
 *
 * @param {(root: string, args: string[]) => Promise<number>} run receives the project's folder and
 *   the command line arguments, returns the exit code; imports TypeScript modules itself
 * @param {number} [interrupted] the exit code after Ctrl-C
 */
export async function begin(run, interrupted = 130) {
  const unsupported = unsupportedNode(process.versions.node);
  if (unsupported) {
    console.error(unsupported);
    process.exit(1);
  }
  const root = fileURLToPath(new URL("..", import.meta.url));
  endTogether(interrupted);
  await ensureInstalled(root);
  const { register } = await import("tsx/esm/api");
  register();
  await endAll(await run(root, process.argv.slice(2)));
}
