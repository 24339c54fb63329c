import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { start } from "./children.mjs";
import { duration, paint, print, startProgress } from "./terminal.mjs";

/**
 * One package of a lock file.
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, os?: string[], cpu?:
 *   string[], libc?: string[] }} Entry
 * @typedef {{ os: string, cpu: string, libc: string | undefined }} Platform
 */

/**
 * Compares the lock file with npm's own record of node_modules, so that packages from a manual
 * `npm ci` or `npm install` count, too.
 *
 * @param {Record<string, Entry>} wanted `packages` of package-lock.json
 * @param {Record<string, Entry>} installed `packages` of node_modules/.package-lock.json
 * @param {Platform} platform the one whose native builds are needed; a node_modules copied from
 *   another machine has different ones
 * @returns {string[]} the packages that are missing or have another version
 */
export function missingPackages(wanted, installed, platform) {
  return Object.entries(wanted)
    .filter(([location, entry]) => location && isNeeded(entry, platform))
    .filter(([location, entry]) => installed[location]?.version !== entry.version)
    .map(([location]) => location);
}

/** @param {Entry} entry @param {Platform} platform */
function isNeeded(entry, platform) {
  if (!entry.optional && !entry.devOptional) return true;
  if (!entry.os || !entry.cpu) return false;
  const libc = !entry.libc || entry.libc.includes(platform.libc ?? "");
  return entry.os.includes(platform.os) && entry.cpu.includes(platform.cpu) && libc;
}

/** @returns {string | undefined} "glibc" or "musl" on Linux */
function systemLibc() {
  if (process.platform !== "linux" || !process.report) return undefined;
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  );
  return report.header?.glibcVersionRuntime ? "glibc" : "musl";
}

/** @param {string} file @returns {Record<string, Entry> | undefined} */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} root the project's folder
 * @returns {boolean} false if node_modules lacks a package of the lock file
 */
export function isInstalled(root) {
  const modules = path.join(root, "node_modules");
  const installed = readPackages(path.join(modules, ".package-lock.json"));
  // Packages installed with pnpm or Yarn are left to that package manager.
  if (!installed)
    return [".modules.yaml", ".yarn-state.yml"].some((mark) =>
      existsSync(path.join(modules, mark)),
    );
  const wanted = readPackages(path.join(root, "package-lock.json")) ?? {};
  const platform = { os: process.platform, cpu: process.arch, libc: systemLibc() };
  return missingPackages(wanted, installed, platform).length === 0;
}

/**
 * Installs from the lock file if node_modules is missing or stale. Ends the process if the
 * installation fails.
 *
 * @param {string} root the project's folder
 */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  const begun = Date.now();
  const end = startProgress(() => "Installing packages from package-lock.json");
  const npm = process.env.npm_execpath;
  const args = ["ci", "--include=dev", "--no-audit", "--no-fund"];
  // Stops Prisma from downloading an engine that only migrations need; `prisma migrate` fetches it
  // on first use.
  const env = {
    PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
  };
  const options = {
    cwd: root,
    env,
  };
  const install = npm?.endsWith("npm-cli.js")
    ? start(process.execPath, [npm, ...args], options)
    : start("npm", args, { ...options, shell: process.platform === "win32" });
  const code = await install.exited;
  end();
  if (code === 0) {
    print(
      `  ${paint("green", "✓")} Packages installed ${paint("dim", duration(Date.now() - begun))}`,
    );
    return;
  }
  print(install.output());
  print(
    "The packages could not be installed: npm's output is above. Fix the cause, then run the same command again.",
  );
  process.exit(1);
}
