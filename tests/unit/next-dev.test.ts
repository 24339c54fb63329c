import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import path from "node:path";
import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import { runningServer } from "../../dev/next-dev";
import { temporaryFolder } from "./temporary-folder";

function portOf(server: Server): number {
  const address = server.address();
  return address && typeof address === "object" ? address.port : 0;
}

/**
 * A folder whose development server, of this process id, is or was at a port that somebody holds.
 */
async function folderOf(pid: number): Promise<{ root: string; appUrl: string }> {
  const server = createServer().listen(0);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const appUrl = `http://localhost:${portOf(server)}`;
  const root = temporaryFolder();
  mkdirSync(path.join(root, ".next/dev"), { recursive: true });
  writeFileSync(path.join(root, ".next/dev/lock"), JSON.stringify({ pid, appUrl }));
  return { root, appUrl };
}

test("a development server that runs in a folder is known by its address", async () => {
  const { root, appUrl } = await folderOf(process.pid);
  expect(await runningServer(root)).toBe(appUrl);
});

test("one that was killed is not, though its port may be another program's by now", async () => {
  // Beyond what Linux, macOS and Windows give out.
  const { root } = await folderOf(2 ** 30);
  expect(await runningServer(root)).toBeUndefined();
});
