import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { z } from "zod";
import { isFree } from "../ports";

/** Where `npm run dev` and the db scripts keep the data. @param root the project's folder */
export const embeddedData = (root: string): string => path.join(root, ".data/postgres");

/**
 * Where the embedded Postgres is reached; it lets in everybody on this machine, as the identity
 * stand-in does.
 */
export const embeddedUrl = (port: number): string =>
  `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`;

/** Another process has the data open. */
export class DatabaseInUseError extends Error {
  override name = "DatabaseInUseError";

  constructor(readonly url: string) {
    super(`Another process has the embedded Postgres open, at ${url}.`);
  }
}

/** Lies beside the data while a process has it open. */
const claimFile = (dataDir: string) => `${dataDir}.json`;
const contents = z.object({ url: z.url(), pid: z.number() });

/**
 * @returns the address of the embedded Postgres that has the data open, if a living process does
 */
export async function runningAt(dataDir: string): Promise<string | undefined> {
  try {
    const { url, pid } = contents.parse(JSON.parse(readFileSync(claimFile(dataDir), "utf8")));
    process.kill(pid, 0);
    // A process that was killed leaves its file behind, and its number may be another's by now.
    return (await isFree(Number(new URL(url).port))) ? undefined : url;
  } catch {
    return undefined;
  }
}

/**
 * Says that this process has the data open.
 *
 * @param url where it is served already
 * @returns what takes it back
 * @throws DatabaseInUseError
 */
export async function claim(dataDir: string, url: string): Promise<() => void> {
  const file = claimFile(dataDir);
  const holder = await runningAt(dataDir);
  if (holder) throw new DatabaseInUseError(holder);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  // Of two that come here at once, one fails.
  writeFileSync(file, JSON.stringify({ url, pid: process.pid }), { flag: "wx", mode: 0o600 });
  return () => rmSync(file, { force: true });
}
