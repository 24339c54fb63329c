import { cpSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { start } from "../../dev/children.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the Dockerfile's build stage starts from, and what is left out of it. */
const isSource = (file: string) =>
  !/^(node_modules|generated|\.git|\.data|\.next|\.vercel|test-results|\.env\..*|\.env)$/.test(
    file,
  ) || file === ".env.example";

/**
 * Builds a copy of the project.
 *
 * @param name of its folder, below `.data/`, where it finds the project's packages
 * @param options `change` gets the copy's folder before it is built; `env` is added to the build's
 *   environment
 * @returns the folder, which the caller removes
 */
export async function buildCopy(
  name: string,
  { change, env = {} }: { change?: (folder: string) => void; env?: Record<string, string> } = {},
): Promise<string> {
  const folder = path.join(root, ".data", name);
  rmSync(folder, { recursive: true, force: true });
  for (const file of readdirSync(root).filter(isSource))
    cpSync(path.join(root, file), path.join(folder, file), { recursive: true });
  // Next.js takes the folder of the lock file, where node_modules is, for the root of what it
  // copies.
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
