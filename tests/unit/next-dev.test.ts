import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import path from "node:path";
import process from "node:process";
import { expect, onTestFinished, test } from "vitest";
import { runningServer } from "../../dev/launcher/next-dev";
import { temporaryFolder } from "./temporary-folder";

function portOf(server: Server): number {
  const address = server.address();
  return address && typeof address === "object" ? address.port : 0;
}

/**
 * Creates a folder with the lock file of a development server. The server has this process id, and
 * another program listens on its port.
 */
async function folderOfServer(pid: number): Promise<{ root: string; appUrl: string }> {
  const server = createServer().listen(0);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const appUrl = `http://localhost:${portOf(server)}`;
  const root = temporaryFolder();
  mkdirSync(path.join(root, ".next/dev"), { recursive: true });
  writeFileSync(path.join(root, ".next/dev/lock"), JSON.stringify({ pid, appUrl }));
  return { root, appUrl };
}

test("returns the URL of a development server that runs in a folder", async () => {
  const { root, appUrl } = await folderOfServer(process.pid);
  expect(await runningServer(root)).toBe(appUrl);
});

test("returns nothing for a server that was killed, even if another program has its port", async () => {
  // Higher than any process id on Linux, macOS and Windows.
  const { root } = await folderOfServer(2 ** 30);
  expect(await runningServer(root)).toBeUndefined();
});
