import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { start } from "../../dev/children.mjs";
import { readEnvironment, type Variables } from "../../dev/environment";
import { startIdentity, type Identity } from "../../dev/identity/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { cookiesAlone, type Storage } from "./modes";

const root = fileURLToPath(new URL("../..", import.meta.url));
const startMs = 30_000;
const pollMs = 50;

/** One running instance of the production build. */
export interface App {
  url: string;
  /** Its AUTH_SECRET: tests read and make session cookies with it. */
  secret: string;
  storage: Storage;
  /** Of its process. */
  pid: number | undefined;
  /** Everything that it printed so far: the operator's log. */
  log(): string;
  stop(): Promise<void>;
  /** Ends it as a crash of the machine would. */
  kill(): void;
}

/**
 * Below the ports that systems give to outgoing connections and to `listen(0)`, and a block for
 * each worker: nobody takes a port between the moment when it is found free and the moment when its
 * server listens.
 */
const firstPort = 20_000 + (Number(process.env.TEST_PARALLEL_INDEX ?? -1) + 1) * 1_000;
let tried = process.pid % 700;

/** A free port, for servers that have to know each other's address before they start. */
export async function freePort(): Promise<number> {
  for (;;) {
    tried = (tried + 1) % 1_000;
    const port = firstPort + tried;
    const server = createServer().listen(port);
    const free = await Promise.race([
      once(server, "listening").then(() => true),
      once(server, "error").then(() => false),
    ]).catch(() => false);
    if (!free) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

/**
 * Every variable that this machine's environment and .env files set for the app, emptied: tests set
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

/**
 * Starts the production build with exactly these variables; AUTH_SECRET and AUTH_URL are added
 * where they are not given.
 *
 * @param env such as `appVariables(identity.issuer)`; `AUTH_SECRET: ""` unsets one
 * @param options `port`: where the stand-in expects the app, if it knows its redirect URI already;
 *   `storage`: where it keeps sessions, in cookies alone where it is absent; `folder`: of another
 *   build
 * @returns once it answers
 * @throws Error with what it printed, where it ends instead
 */
export async function startApp(
  env: Variables,
  options: { port?: number; storage?: Storage; folder?: string } = {},
): Promise<App> {
  const port = options.port ?? (await freePort());
  const url = `http://localhost:${port}`;
  const storage = options.storage ?? cookiesAlone;
  const secret = env.AUTH_SECRET ?? randomBytes(32).toString("base64");
  const child = start(
    process.execPath,
    [path.join(root, "node_modules/next/dist/bin/next"), "start", "--port", String(port)],
    {
      cwd: options.folder ?? root,
      env: {
        ...withoutLocalVariables(),
        NODE_ENV: "production",
        NEXT_TELEMETRY_DISABLED: "1",
        AUTH_URL: url,
        ...storage.variables,
        ...env,
        AUTH_SECRET: secret,
      },
    },
  );
  const ended = new AbortController();
  void child.exited.then(() => ended.abort());
  const giveUp = AbortSignal.timeout(startMs);
  while (!(await answers(url))) {
    if (ended.signal.aborted || giveUp.aborted) {
      await child.stop();
      throw new Error(`The app did not start on ${url}:\n${child.output()}`);
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

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { redirect: "manual" })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/**
 * An app and the stand-in that it signs in at, both of one's own: for tests that change settings or
 * inject faults.
 */
export interface Pair {
  app: App;
  identity: Identity;
  stop(): Promise<void>;
}

/**
 * @param env variables in which the app shall differ
 * @param storage of the app; it is closed with the pair
 * @param folder of another build
 */
export async function startPair(
  env: Variables = {},
  storage: Storage = cookiesAlone,
  folder?: string,
): Promise<Pair> {
  const port = await freePort();
  const identity = await startIdentity({
    port: 0,
    control: true,
    clients: [appClient(`http://localhost:${port}`)],
  });
  const close = async () => {
    await identity.close();
    await storage.close();
  };
  try {
    const app = await startApp(
      { ...appVariables(identity.issuer), ...env },
      { port, storage, ...(folder && { folder }) },
    );
    const stop = async () => {
      await app.stop();
      await close();
    };
    return { app, identity, stop };
  } catch (error) {
    await close();
    throw error;
  }
}
