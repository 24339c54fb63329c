import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { start } from "../children.mjs";
import { LaunchError, type Variables } from "../environment";
import { isFree } from "../ports";
import { print } from "../terminal.mjs";

/**
 * Lines of Next.js that the launcher prints itself, and its warning about middleware.ts, whose name
 * is a decision (README).
 */
const hiddenLines = [
  /^\s*▲ Next\.js/,
  /^\s*- (Local|Network|Environments):/,
  /^\s*✓ (Starting|Ready in|Running next\.config)/,
  /"middleware" file convention is deprecated|middleware-to-proxy/,
  /^\s*(To migrate automatically, run:|○ Compiling (middleware|instrumentation))/,
  // The launcher's own request: it is the first one, since the address is not printed yet.
  /^\s*(○ Compiling \/ \.\.\.|GET \/ 200 in )/,
];
const pollMs = 50;

const options = {
  port: { type: "string", short: "p" },
  hostname: { type: "string", short: "H" },
} as const;

/**
 * Reads where the app is to listen from the arguments for `next dev`.
 *
 * @param args such as `["--port", "4000", "-H0.0.0.0", "--turbopack"]`
 * @throws LaunchError if a value is missing or the port is not a number from 1 to 65535
 */
export function readArguments(args: readonly string[]): { port?: number; hostname?: string } {
  const { port, hostname } = parseArgs({ args: [...args], options, strict: false }).values;
  if (hostname === true) throw new LaunchError("--hostname needs a value.");
  const number = port === true ? NaN : Number(port ?? 1);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new LaunchError(`--port ${port === true ? "" : port} is not a port.`);
  return { ...(port !== undefined && { port: number }), ...(hostname && { hostname }) };
}

const lockFile = z.object({ appUrl: z.url(), pid: z.int() });

/**
 * @param root the project's folder
 * @returns the address of a development server that already runs in this folder, according to the
 *   lock file of Next.js
 */
export async function runningServer(root: string): Promise<string | undefined> {
  try {
    const lock = readFileSync(path.join(root, ".next/dev/lock"), "utf8");
    const { appUrl, pid } = lockFile.parse(JSON.parse(lock));
    // A killed server leaves its file behind, and another program may use its port by now. Throws
    // if there is no such process.
    process.kill(pid, 0);
    return (await isFree(Number(new URL(appUrl).port))) ? undefined : appUrl;
  } catch {
    return undefined;
  }
}

/**
 * Starts `next dev` and prints its output, without the lines that the launcher prints itself.
 *
 * @param root the project's folder
 * @param url where it will listen
 * @param args for `next dev`
 * @param env added to the environment of this process
 * @returns `ready` resolves to true once the app responds, to false if it ends before that
 */
export function startNextDev(
  root: string,
  url: string,
  args: readonly string[],
  env: Variables,
): { exited: Promise<number>; ready: Promise<boolean> } {
  let isReady = false;
  const onLine = (line: string) => {
    const plain = stripVTControlCharacters(line);
    const isBlank = plain.trim() === "";
    if (isBlank && (line !== "" || !isReady)) return;
    if (isReady || !hiddenLines.some((pattern) => pattern.test(plain))) print(line);
  };
  const { exited } = start(
    process.execPath,
    ["node_modules/next/dist/bin/next", "dev", ...args],
    // On any other signal, Next.js starts one more process for its telemetry, which outlives it.
    { cwd: root, env, onLine, endBy: "SIGKILL" },
  );

  const ended = new AbortController();
  void exited.then(() => ended.abort());
  const waitUntilReady = async (): Promise<boolean> => {
    while (!ended.signal.aborted) {
      const response = await fetch(url, { redirect: "manual", signal: ended.signal })
        .then((each) => each.arrayBuffer())
        .catch(() => undefined);
      // Its output about this request may arrive a moment after the response.
      await wait(pollMs);
      isReady = response !== undefined;
      if (isReady) return true;
    }
    return false;
  };
  return { exited, ready: waitUntilReady() };
}
