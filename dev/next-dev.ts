import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { start } from "./children.mjs";
import { LaunchError, type Variables } from "./environment";
import { isFree } from "./ports";
import { print } from "./terminal.mjs";

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
];
/** The launcher's own request: it is the first one, since the address is not printed yet. */
const firstRequest = /^\s*(○ Compiling \/ \.\.\.|GET \/ 200 in )/;
const pollMs = 50;

const listening = {
  port: { type: "string", short: "p" },
  hostname: { type: "string", short: "H" },
} as const;

/**
 * Separates port and host name from the other arguments, which are passed on to `next dev`.
 *
 * @param args such as `["--port", "4000", "-H0.0.0.0", "--turbopack"]`
 * @throws LaunchError if a value is missing or the port is not a number from 1 to 65535
 */
export function splitArguments(args: readonly string[]): {
  port?: number;
  hostname?: string;
  rest: string[];
} {
  const parsed = parseArgs({ args: [...args], options: listening, strict: false, tokens: true });
  const taken = parsed.tokens.flatMap((token) => {
    if (token.kind !== "option" || !(token.name in listening)) return [];
    return token.inlineValue ? [token.index] : [token.index, token.index + 1];
  });
  const rest = args.filter((_, index) => !taken.includes(index));
  const { port, hostname } = parsed.values;
  if (hostname === true) throw new LaunchError("--hostname needs a value.");
  return {
    ...(port !== undefined && { port: toPort(port) }),
    ...(hostname && { hostname }),
    rest,
  };
}

function toPort(value: string | boolean): number {
  const port = value === true ? NaN : Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new LaunchError(`--port ${value === true ? "" : value} is not a port.`);
  return port;
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
 * @param args for `next dev`
 * @param env added to the environment of this process
 */
export function startNextDev(root: string, args: readonly string[], env: Variables) {
  let ready = false;
  const onLine = (line: string) => {
    const plain = stripVTControlCharacters(line);
    if (line !== "" && plain.trim() === "") return;
    if (
      !ready &&
      (plain.trim() === "" ||
        hiddenLines.some((pattern) => pattern.test(plain)) ||
        firstRequest.test(plain))
    )
      return;
    print(line);
  };
  const child = start(process.execPath, ["node_modules/next/dist/bin/next", "dev", ...args], {
    cwd: root,
    env,
    onLine,
    // On any other signal, Next.js starts one more process for its telemetry, which outlives it.
    endBy: "SIGKILL",
  });

  /** @returns true once the app responds at `url`, false if it ends before that */
  const waitUntilReady = async (url: string): Promise<boolean> => {
    const ended = new AbortController();
    void child.exited.then(() => ended.abort());
    while (!ended.signal.aborted) {
      try {
        await (await fetch(url, { redirect: "manual", signal: ended.signal })).arrayBuffer();
        // Its output about this request may arrive a moment after the response.
        await wait(pollMs);
        ready = true;
        return true;
      } catch {
        await wait(pollMs);
      }
    }
    return false;
  };
  return { ...child, waitUntilReady };
}
