import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { apiFolder, buildApi, compile, prepareApi, startInApi } from "./build";
import { apiUrl, apiVariables } from "./variables";
import { start } from "../../../dev/children.mjs";
import { LaunchError, type Variables } from "../../../dev/environment";
import { runningServer } from "../../../dev/launcher/next-dev";
import { isFree } from "../../../dev/ports";
import { paint, print, startProgress } from "../../../dev/terminal.mjs";

const pollMs = 500;

/**
 * `npm run dev:api`: installs the API server of examples/nest-api and starts it beside the app of
 * `npm run dev`, with that app's settings. Compiles and restarts it after each change.
 *
 * @param root the project's folder
 * @param args `build` only installs and compiles
 * @returns the exit code
 */
export async function developApi(root: string, args: readonly string[]): Promise<number> {
  if (args.includes("build")) return (await buildApi(root)) ? 0 : 1;
  if (!(await prepareApi(root))) return 1;
  const app = await runningApp(root);
  try {
    const variables = apiVariables(root);
    const port = Number(variables.PORT);
    if (!(await isFree(port)))
      throw new LaunchError(`Port ${port} is in use. Stop what uses it, or set API_URL.`);
    await compileAndWatch(root);
    print();
    print(
      `  ${paint("bold", "API")}  ${paint("cyan", variables.API_URL ?? apiUrl)}, for the app at ${app}`,
    );
    print(`       ${paint("dim", `sign in to the app, then open ${app}/api/proxy/me`)}`);
    print();
    return await serve(root, variables);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    print(`${paint("red", "✗")} ${error.message}`);
    return 1;
  }
}

/** Waits for the app to start. @returns its address */
async function runningApp(root: string): Promise<string> {
  const end = startProgress(() => "Waiting for the app: run `npm run dev` in another terminal");
  for (;;) {
    const url = await runningServer(root);
    if (url) {
      end();
      return url;
    }
    await wait(pollMs);
  }
}

/** Compiles now and after each change, and prints the errors. Resolves after a build without any. */
function compileAndWatch(root: string): Promise<void> {
  const end = startProgress(() => "Compiling the API server");
  return new Promise((resolve) => {
    startInApi(
      root,
      [...compile, "--watch", "--preserveWatchOutput", "--pretty", "false"],
      (line) => {
        if (line.includes("error TS")) print(line);
        if (!line.includes("Found 0 errors")) return;
        end();
        resolve();
      },
    );
  });
}

function serve(root: string, env: Variables): Promise<number> {
  const args = ["--watch", "--watch-preserve-output", "dist/main.js"];
  return start(process.execPath, args, { cwd: apiFolder(root), env, onLine: print }).exited;
}
