import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { z } from "zod";
import { isFree } from "../ports";

/** Where `npm run dev` and the `db:` scripts store the data. @param root the project's folder */
export const embeddedData = (root: string): string => path.join(root, ".data/postgres");

/**
 * The address of the embedded Postgres. Like the stand-in for Logto, it accepts any connection from
 * this machine.
 */
export const embeddedUrl = (port: number): string =>
  `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`;

/** Another process is using the data. */
export class DatabaseInUseError extends Error {
  override name = "DatabaseInUseError";

  constructor(readonly url: string) {
    super(`Another process is using the embedded Postgres, at ${url}.`);
  }
}

/** A file beside the data, which exists while a process is using it. */
const claimFile = (dataDir: string) => `${dataDir}.json`;
const contents = z.object({ url: z.url(), pid: z.number() });

/**
 * @returns the address of the embedded Postgres that is using the data; undefined if none is
 */
export async function runningAt(dataDir: string): Promise<string | undefined> {
  try {
    const { url, pid } = contents.parse(JSON.parse(readFileSync(claimFile(dataDir), "utf8")));
    process.kill(pid, 0);
    // A killed process leaves its file behind, and another process may have its id by now.
    return (await isFree(Number(new URL(url).port))) ? undefined : url;
  } catch {
    return undefined;
  }
}

/**
 * Claims the data for this process.
 *
 * @param url where this process already serves it
 * @returns a function that releases the claim
 * @throws DatabaseInUseError if another process is using the data
 */
export async function claim(dataDir: string, url: string): Promise<() => void> {
  const file = claimFile(dataDir);
  const holder = await runningAt(dataDir);
  if (holder) throw new DatabaseInUseError(holder);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  // If two processes get here at the same time, one of them fails.
  writeFileSync(file, JSON.stringify({ url, pid: process.pid }), { flag: "wx", mode: 0o600 });
  return () => rmSync(file, { force: true });
}
