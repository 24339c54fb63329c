import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/**
 * One package of a lock file.
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, os?: string[], cpu?:
 *   string[], libc?: string[] }} Entry
 * @typedef {{ os: string, cpu: string, libc: string }} Platform
 */

/**
 * @param {string} version of Node.js, such as "22.4.1"
 * @returns {string | null} a sentence that says what to install, or null if this Node.js is fine
 */
export function unsupportedNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  // As in "engines" of package.json.
  if (major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return null;
  return `This needs Node.js 20.19, 22.12, or 24 and newer; you are running ${version}. Install it from https://nodejs.org or run \`nvm install\`.`;
}

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
function isNeeded({ optional, devOptional, os, cpu, libc }, platform) {
  if (!optional && !devOptional) return true;
  const isForSystem = os?.includes(platform.os) && cpu?.includes(platform.cpu);
  return isForSystem && (!libc || libc.includes(platform.libc));
}

/** Whether this is Linux with glibc. Elsewhere, a report can take seconds. */
const hasGlibc = () =>
  process.platform === "linux" &&
  JSON.stringify(process.report.getReport()).includes('"glibcVersionRuntime"');

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
  const others = [".modules.yaml", ".yarn-state.yml"].map((mark) => path.join(modules, mark));
  if (!installed) return others.some((mark) => existsSync(mark));
  const wanted = readPackages(path.join(root, "package-lock.json")) ?? {};
  const platform = { os: process.platform, cpu: process.arch, libc: hasGlibc() ? "glibc" : "musl" };
  return missingPackages(wanted, installed, platform).length === 0;
}

/**
 * Installs from the lock file if node_modules is missing or stale. Ends the process if the
 * installation fails.
 *
 * @param {string} root the project's folder
 */
export function ensureInstalled(root) {
  if (isInstalled(root)) return;
  console.log("Installing packages from package-lock.json");
  const { status } = spawnSync("npm ci --include=dev --no-audit --no-fund", {
    cwd: root,
    env: {
      // Stops Prisma from downloading an engine that only migrations need; `prisma migrate` fetches
      // it on first use.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      ...process.env,
    },
    shell: true,
    stdio: "inherit",
  });
  if (status === 0) return;
  console.error(
    "The packages could not be installed: npm's output is above. Fix the cause, then run the same command again.",
  );
  process.exit(1);
}
