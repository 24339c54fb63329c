import { spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { StringDecoder } from "node:string_decoder";

const windows = process.platform === "win32";
/** How long a child has for a clean exit before it is killed, in milliseconds. */
const graceMs = 5000;

/**
 * @typedef {{ pid: number | undefined, exited: Promise<number>, output(): string, stop():
 *   Promise<void> }} Child
 */

/** @type {Set<{ kill(signal: NodeJS.Signals): void, stop(): Promise<void> }>} */
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
export function start(
  command,
  args,
  { cwd, env, shell, output = "collect", onLine, endBy = "SIGTERM" } = {},
) {
  const collect = output === "collect";
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    shell: shell ?? false,
    stdio: collect ? ["ignore", "pipe", "pipe"] : "inherit",
    detached: !windows && collect,
    windowsHide: true,
  });
  let printed = "";
  /** @param {import("node:stream").Readable | null} stream */
  const read = (stream) => {
    const decoder = new StringDecoder("utf8");
    let rest = "";
    stream?.on("data", (/** @type {Buffer} */ chunk) => {
      const text = decoder.write(chunk);
      printed += text;
      if (!onLine) return;
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? "";
      lines.forEach(onLine);
    });
    stream?.on("end", () => rest && onLine?.(rest));
  };
  read(child.stdout);
  read(child.stderr);

  /** @param {NodeJS.Signals} signal */
  const kill = (signal) => {
    if (!child.pid) return;
    if (windows) {
      spawnSync("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore" });
      return;
    }
    try {
      process.kill(collect ? -child.pid : child.pid, signal);
    } catch {
      // The whole group has ended already.
    }
  };
  const exited = new Promise((/** @type {(code: number) => void} */ resolve) => {
    child.once("error", (error) => {
      printed += `${error.message}\n`;
      resolve(1);
    });
    // Its own children (compiler workers, browsers) must not outlive it; they would also keep its
    // pipes open.
    child.once("exit", () => collect && kill("SIGKILL"));
    child.once("close", (code) => resolve(code ?? 128));
  }).finally(() => alive.delete(entry));
  const stop = async () => {
    kill(endBy);
    const timer = setTimeout(() => kill("SIGKILL"), graceMs);
    await exited;
    clearTimeout(timer);
  };
  const entry = { kill, stop };
  alive.add(entry);
  return { pid: child.pid, exited, output: () => printed, stop };
}

/** @type {(() => Promise<void> | void)[]} */
const closers = [];
let ending = false;

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
    closers.push(() => void process.on("exit", () => process.kill(process.pid, "SIGKILL")));
    void endAll(code);
  };
  process.on("SIGHUP", hangUp);
  process.stdout.on("error", hangUp);
  process.stderr.on("error", hangUp);
  process.on("exit", () => {
    for (const child of alive) child.kill("SIGKILL");
  });
}

/**
 * Registers what runs in this process, such as a server, and must be closed before it ends.
 *
 * @param {() => Promise<void> | void} close called once all children have ended
 */
export function alsoEnd(close) {
  closers.push(close);
}
