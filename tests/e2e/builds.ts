import { rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test as base } from "@playwright/test";
import { start } from "../../dev/children.mjs";
import { copyProject } from "../copy-project";
import { nextFor, withoutLocalVariables } from "./servers";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The last lines of a program's output, for an error's message. */
export const endOf = (output: string): string => output.trimEnd().split("\n").slice(-30).join("\n");

async function run(what: string, folder: string, args: string[], env = {}): Promise<void> {
  const child = start(process.execPath, args, {
    cwd: folder,
    env: {
      ...withoutLocalVariables(),
      NEXT_TELEMETRY_DISABLED: "1",
      NODE_ENV: "production",
      ...env,
    },
  });
  if ((await child.exited) !== 0) throw new Error(`${what} failed:\n${endOf(child.output())}`);
}

/**
 * Builds an app for production.
 *
 * @param name for the error's message
 * @param env added to the environment of the build
 * @throws Error with the end of the output, if the build fails
 */
export const build = (name: string, folder: string, env = {}): Promise<void> =>
  run(`The build of ${name}`, folder, [nextFor(folder), "build"], env);

/**
 * A worker's fixture: a folder, which is removed afterwards.
 *
 * @param make builds there. It returns the folder
 */
export const withFolder = (make: () => Promise<string>) =>
  base.extend<object, { folder: string }>({
    folder: [
      async ({}, use) => {
        const folder = await make();
        await use(folder);
        rmSync(folder, { recursive: true, force: true });
      },
      { scope: "worker", timeout: 600_000 },
    ],
  });

/**
 * Builds a copy of the project.
 *
 * @param name of the copy's folder below `.data/`, from where it finds the project's packages
 * @param options `change` is called with the folder before the build; `env`: see `build`
 * @returns the folder, which the caller removes
 * @throws Error as `build` does
 */
export async function buildCopy(
  name: string,
  { change, env }: { change?: (folder: string) => void; env?: Record<string, string> } = {},
): Promise<string> {
  const folder = path.join(root, ".data", name);
  rmSync(folder, { recursive: true, force: true });
  copyProject(root, folder);
  // Next.js takes the folder of the lock file as the root of what it copies. Without one here, that
  // is the project's folder, where node_modules is.
  rmSync(path.join(folder, "package-lock.json"));
  change?.(folder);
  const prisma = path.join(root, "node_modules/prisma/build/index.js");
  await run("`prisma generate`", folder, [prisma, "generate", "--no-hints"]);
  await build(`the copy in ${folder}`, folder, env);
  return folder;
}
