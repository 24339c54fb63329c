import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { start } from "../../dev/children.mjs";
import { readEnvironment, type Variables } from "../../dev/environment";
import { startLogto, type StandIn } from "../../packages/logto-stand-in/src/server";
import { controlOf, type StandInControl } from "../../packages/logto-stand-in/src/testing";
import { machineClient } from "../../dev/machine-client";
import { appClient, appVariables } from "../../dev/stand-in";
import { cookiesAlone, type Storage } from "./storage";

const root = fileURLToPath(new URL("../..", import.meta.url));
const startMs = 30_000;
const pollMs = 50;

/** One running instance of the production build. */
export interface App {
  url: string;
  /** Its AUTH_SECRET: tests read and make session cookies with it. */
  secret: string;
  storage: Storage;
  /** The id of its process. */
  pid: number | undefined;
  /** Everything it has printed so far: the operator's log. */
  log(): string;
  stop(): Promise<void>;
  /** Kills it, as a crash of the machine would. */
  kill(): void;
}

/**
 * Below the ports that systems use for outgoing connections and `listen(0)`, with a block for each
 * worker. So no other process takes a port between the check that it is free and the moment when
 * its server listens.
 */
const firstPort = 20_000 + (Number(process.env.TEST_PARALLEL_INDEX ?? -1) + 1) * 1_000;
let tried = process.pid % 700;

/** A free port, for servers that have to know each other's address before they start. */
export async function freePort(): Promise<number> {
  for (;;) {
    tried = (tried + 1) % 1_000;
    const port = firstPort + tried;
    const server = createServer().listen(port);
    // Rejects if the port is in use.
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

/**
 * Empties every variable that this machine's environment and .env files set for the app. Tests set
 * their own.
 */
export function withoutLocalVariables(): Variables {
  const names = Object.keys({ ...readEnvironment(root, false), ...process.env });
  return Object.fromEntries(
    names
      .filter((name) => /^(API|AUTH|DATABASE|EMAIL|LOGTO|VERCEL)(_|$)/.test(name))
      .map((name) => [name, ""]),
  );
}

/** The program of Next.js that an app in this folder uses. */
export const nextFor = (folder: string): string =>
  createRequire(path.join(folder, "package.json")).resolve("next/dist/bin/next");

/**
 * Starts the production build with exactly these variables. Adds AUTH_SECRET and AUTH_URL if they
 * are missing.
 *
 * @param env such as `appVariables(identity.issuer)`; `AUTH_SECRET: ""` unsets a variable
 * @param options `port`: the port of the redirect URI, if the stand-in has one already; `storage`:
 *   where the app stores sessions, by default in cookies alone; `folder`: of another build;
 *   `command`: a script and its arguments, by default `next start`
 * @returns once the app responds
 * @throws Error with the app's output, if it exits or does not respond in time
 */
export async function startApp(
  env: Variables,
  options: { port?: number; storage?: Storage; folder?: string; command?: string[] } = {},
): Promise<App> {
  const port = options.port ?? (await freePort());
  const url = `http://localhost:${port}`;
  const storage = options.storage ?? cookiesAlone;
  const secret = env.AUTH_SECRET ?? randomBytes(32).toString("base64");
  const folder = options.folder ?? root;
  const child = start(process.execPath, options.command ?? [nextFor(folder), "start"], {
    cwd: folder,
    env: {
      ...withoutLocalVariables(),
      PORT: String(port),
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      AUTH_URL: url,
      ...storage.variables,
      ...env,
      AUTH_SECRET: secret,
    },
  });
  const exit: { code?: number | null } = {};
  void child.exited.then((code) => (exit.code = code));
  const giveUp = AbortSignal.timeout(startMs);
  const responds = () =>
    fetch(url, { redirect: "manual" }).then(
      async (response) => Boolean(await response.arrayBuffer()),
      () => false,
    );
  while (!(await responds())) {
    if (exit.code !== undefined || giveUp.aborted) {
      await child.stop();
      throw new Error(
        `The app did not start on ${url} (exit code ${exit.code}):\n${child.output()}`,
      );
    }
    await wait(pollMs);
  }
  return {
    url,
    secret,
    storage,
    pid: child.pid,
    log: () => child.output(),
    stop: () => child.stop(),
    kill: () => void (child.pid && process.kill(child.pid, "SIGKILL")),
  };
}

/**
 * An app and its stand-in, both for one test or worker: for tests that change settings or inject
 * faults.
 */
export interface Pair {
  app: App;
  identity: StandIn;
  control: StandInControl;
  /** Stops the app and starts another process in its place. */
  restart(): Promise<App>;
  stop(): Promise<void>;
}

interface PairOptions {
  /** Where the app stores sessions; `stop` closes it, too. */
  storage?: Storage;
  /** The app's port, if another server has to know it. */
  port?: number;
  /** Folder of another build. */
  folder?: string;
  /** Changes of the app's client at Logto. */
  client?: object;
  /** Runs before the app starts. */
  prepare?: (control: StandInControl) => Promise<void>;
}

/**
 * Starts an app and its stand-in.
 *
 * @param env variables that differ from the app's defaults
 */
export async function startPair(
  env: Variables = {},
  { storage = cookiesAlone, client, prepare, ...options }: PairOptions = {},
): Promise<Pair> {
  const port = options.port ?? (await freePort());
  const clients = [
    // One a line.
    { ...appClient(`http://localhost:${port}`), ...client },
    machineClient,
  ];
  const identity = await startLogto({ port: 0, control: true, clients });
  const control = controlOf(identity.endpoint);
  const close = async () => {
    await identity.close();
    await storage.close();
  };
  try {
    await prepare?.(control);
    const variables = { ...appVariables(identity.issuer), ...env };
    const where = { ...options, port, storage };
    const app = await startApp(variables, where);
    let running = app;
    const restart = async () => {
      await running.stop();
      return (running = await startApp({ ...variables, AUTH_SECRET: app.secret }, where));
    };
    const stop = async () => {
      await running.stop();
      await close();
    };
    return { app, identity, control, restart, stop };
  } catch (error) {
    await close();
    throw error;
  }
}
