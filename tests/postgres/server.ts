import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { nextFreePort } from "../../dev/ports";
import { findBinaries } from "./binaries";
import { query } from "./databases";

export interface PostgresOptions {
  /** The port on 127.0.0.1. Default: a free one. */
  port?: number;
  /** Maximum number of connections. Three are reserved for superusers, as the user of `url` is. */
  maxConnections?: number;
  /** The folder of `initdb` and `postgres`. Default: see `findBinaries`. */
  binaries?: string;
}

/** A PostgreSQL server for one test. */
export interface Postgres {
  /** The address of its database `postgres`, as superuser. */
  url: string;
  /** "fast" closes connections and rolls back transactions, "immediate" is like a crash. */
  stop(mode?: "fast" | "immediate"): Promise<void>;
  /** Starts it again after `stop`, with the same data and port. */
  start(): Promise<void>;
  /** Freezes the server and its connections: they stay open, but nothing responds. */
  pause(): Promise<void>;
  resume(): void;
  /** Ends it and deletes its data. */
  close(): Promise<void>;
}

/** PostgreSQL does not run as root. This is the user `nobody` on Debian and Alpine. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const environment = { ...process.env, LC_ALL: "C" };

/**
 * Starts an empty PostgreSQL server in a temporary folder.
 *
 * @throws Error with the server's output if it does not start
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const folder = mkdtempSync(path.join(tmpdir(), "postgres-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const binaries = readableByAll(options.binaries ?? (await findBinaries()), folder);
  if (unprivileged.uid) chownSync(folder, unprivileged.uid, unprivileged.gid);
  const data = path.join(folder, "data");
  const port = options.port ?? (await nextFreePort(15_000 + (process.pid % 4_000)));
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  const initialized = spawnSync(
    path.join(binaries, "initdb"),
    ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
    { cwd: folder, env: environment, ...unprivileged, encoding: "utf8" },
  );
  if (initialized.status !== 0) {
    remove();
    throw new Error(`initdb failed:\n${initialized.error?.message ?? initialized.stderr}`);
  }

  let server: ChildProcess | undefined;
  let frozen: number[] = [];
  const start = async () => {
    server = await run(path.join(binaries, "postgres"), {
      folder,
      settings: {
        data_directory: data,
        port,
        listen_addresses: "127.0.0.1",
        unix_socket_directories: folder,
        fsync: "off",
        max_connections: options.maxConnections ?? 100,
      },
    });
  };
  const resume = () => {
    for (const pid of frozen) signal(pid, "SIGCONT");
    frozen = [];
  };
  const stop = async (mode: "fast" | "immediate" = "fast") => {
    resume();
    await end(server, mode === "fast" ? "SIGINT" : "SIGQUIT");
    server = undefined;
  };
  await start().catch((error: unknown) => {
    remove();
    throw error;
  });
  return {
    url,
    stop,
    start,
    resume,
    pause: async () => {
      // Each connection has its own process, which would continue without the main one.
      const rows = await query(
        url,
        "SELECT pid::text FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
      );
      frozen = [server?.pid ?? [], rows.map(Number)].flat();
      for (const pid of frozen) signal(pid, "SIGSTOP");
    },
    close: async () => {
      await stop("immediate");
      remove();
    },
  };
}

/** Copies binaries that the unprivileged user can't read, such as those in root's home folder. */
function readableByAll(binaries: string, folder: string): string {
  const { status } = spawnSync(path.join(binaries, "postgres"), ["--version"], {
    ...unprivileged,
    cwd: "/",
  });
  if (status === 0) return binaries;
  cpSync(path.dirname(binaries), path.join(folder, "server"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  return path.join(folder, "server/bin");
}

interface Run {
  folder: string;
  settings: Record<string, string | number>;
}

/** Starts the server and waits until it accepts connections. */
async function run(program: string, { folder, settings }: Run): Promise<ChildProcess> {
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(program, ["-D", settings.data_directory?.toString() ?? folder, ...args], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
    ...unprivileged,
  });
  // Ends the server with this process, however that ends. SIGQUIT makes it exit at once, without a
  // clean shutdown.
  const kill = () => void server.kill("SIGQUIT");
  process.once("exit", kill);
  server.once("exit", () => process.off("exit", kill));
  return new Promise((resolve, reject) => {
    let output = "";
    server.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.includes("ready to accept connections")) resolve(server);
    });
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`PostgreSQL did not start:\n${output}`)));
  });
}

async function end(server: ChildProcess | undefined, how: NodeJS.Signals): Promise<void> {
  if (!server || server.exitCode !== null || server.signalCode !== null) return;
  const exited = new Promise((resolve) => server.once("exit", resolve));
  server.kill(how);
  await exited;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process ended in the meantime.
  }
}
