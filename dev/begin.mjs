// What every command of ours begins with. Node's own modules only, until the packages are
// installed.
import process from "node:process";
import { fileURLToPath } from "node:url";
import { endAll, endTogether } from "./children.mjs";
import { ensureInstalled } from "./install.mjs";
import { unsupportedNode } from "./node-version.mjs";

/**
 * Installs what is missing, makes TypeScript importable, runs a command and ends the process, with
 * all that it started.
 *
 * @param {(root: string, args: string[]) => Promise<number>} run gets the project's folder and the
 *   command line's arguments, gives the exit code; imports what it needs itself
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
