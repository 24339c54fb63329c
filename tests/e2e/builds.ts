import { rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { start } from "../../dev/children.mjs";
import { copyProject } from "../copy-project";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Builds a copy of the project.
 *
 * @param name of the copy's folder below `.data/`, from where it finds the project's packages
 * @param options `change` is called with the folder before the build; `env` is added to the build's
 *   environment
 * @returns the folder, which the caller removes
 */
export async function buildCopy(
  name: string,
  { change, env = {} }: { change?: (folder: string) => void; env?: Record<string, string> } = {},
): Promise<string> {
  const folder = path.join(root, ".data", name);
  rmSync(folder, { recursive: true, force: true });
  copyProject(root, folder);
  // Next.js takes the folder of the lock file as the root of what it copies. Without one here, that
  // is the project's folder, where node_modules is.
  rmSync(path.join(folder, "package-lock.json"));
  change?.(folder);
  for (const command of [
    ["prisma/build/index.js", "generate", "--no-hints"],
    ["next/dist/bin/next", "build"],
  ]) {
    const [script = "", ...args] = command;
    const child = start(process.execPath, [path.join(root, "node_modules", script), ...args], {
      cwd: folder,
      env: { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production", ...env },
    });
    if ((await child.exited) !== 0) throw new Error(child.output());
  }
  return folder;
}
