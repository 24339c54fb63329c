import { spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";

const windows = process.platform === "win32";
/** How long a child has for a clean exit before it is killed, in milliseconds. */
const graceMs = 5000;

/**
 * @typedef {{ pid: number | undefined, exited: Promise<number>, output(): string,
 *   kill(signal: NodeJS.Signals): void, stop(): Promise<void> }} Child
 */

/** @type {Set<Child>} */
const alive = new Set();

/**
 * Starts a program in its own process group, so that it and its children can be ended together.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, shell?: boolean, output?:
 *   "inherit" | "collect", onLine?: (line: string) => void, endBy?: NodeJS.Signals }} [options]
 *   env: added to the environment of this process. output: "inherit" passes this terminal to the
 *   program, "collect" (the default) collects what it prints and calls `onLine` for each line.
 *   endBy: the signal that ends it (default: SIGTERM).
 * @returns {Child} `exited` resolves to the exit code (128 if a signal ended it), never rejects
 */
export function start(command, args, options = {}) {
  const { cwd, env, shell = false, output = "collect", onLine, endBy = "SIGTERM" } = options;
  const collect = output === "collect";
  const program = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    shell,
    stdio: collect ? ["ignore", "pipe", "pipe"] : "inherit",
    detached: !windows && collect,
    windowsHide: true,
  });
  const { pid } = program;
  let printed = "";
  for (const stream of [program.stdout, program.stderr]) {
    if (!stream) continue;
    stream.setEncoding("utf8").on("data", (text) => (printed += text));
    if (onLine) createInterface({ input: stream, crlfDelay: Infinity }).on("line", onLine);
  }

  /** @param {NodeJS.Signals} signal */
  const kill = (signal) => {
    if (!pid) return;
    if (windows) {
      spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore" });
      return;
    }
    try {
      process.kill(collect ? -pid : pid, signal);
    } catch {
      // The whole group has ended already.
    }
  };
  const exited = new Promise((/** @type {(code: number) => void} */ resolve) => {
    program.once("error", (error) => {
      printed += `${error.message}\n`;
      resolve(1);
    });
    // Its own children (compiler workers, browsers) must not outlive it; they would also keep its
    // pipes open.
    program.once("exit", () => collect && kill("SIGKILL"));
    program.once("close", (code) => resolve(code ?? 128));
  });
  const stop = async () => {
    kill(endBy);
    const timer = setTimeout(kill, graceMs, "SIGKILL");
    await exited;
    clearTimeout(timer);
  };
  const child = { pid, exited, output: () => printed, kill, stop };
  alive.add(child);
  void exited.then(() => alive.delete(child));
  return child;
}

/** @type {(() => Promise<void> | void)[]} */
const closers = [];
let ending = false;

/** Whether this process is ending, and what its children report is only that they were stopped. */
export const isEnding = () => ending;

/**
 * Registers what runs in this process, such as a server, and must be closed before it ends.
 *
 * @param {() => Promise<void> | void} close called once all children have ended
 */
export function alsoEnd(close) {
  closers.push(close);
}

/**
 * Ends every child cleanly, then this process.
 *
 * @param {number} code the exit code
 */
export async function endAll(code) {
  // npm and the terminal both forward Ctrl-C, so the signal arrives twice.
  if (ending) return;
  ending = true;
  await Promise.all([...alive].map((child) => child.stop()));
  await Promise.all(closers.map((close) => close()));
  process.exit(code);
}

/**
 * On Ctrl-C, SIGTERM or a closed terminal: ends every child cleanly, then this process.
 * If this process ends in any other way, its children are killed.
 *
 * @param {number} code the exit code in the first case
 */
export function endTogether(code) {
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void endAll(code));
  // Writing to a closed terminal fails; the children must be ended all the same. At its exit,
  // Node.js would crash while restoring the closed terminal, so it is killed before that.
  const hangUp = () => {
    alsoEnd(() => void process.on("exit", () => process.kill(process.pid, "SIGKILL")));
    void endAll(code);
  };
  process.on("SIGHUP", hangUp);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", hangUp);
  process.on("exit", () => {
    for (const child of alive) child.kill("SIGKILL");
  });
}
