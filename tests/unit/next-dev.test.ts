import { createServer } from "node:net";
import process from "node:process";
import { expect, test } from "vitest";
import { runningServer } from "../../dev/launcher/next-dev";
import { listening } from "./listening";
import { temporaryFolder } from "./temporary-folder";

test.each([
  ["runs", process.pid],
  // Higher than any process id on Linux, macOS and Windows.
  ["was killed", 2 ** 30],
])("a development server that %s is found only if it still runs", async (_, pid) => {
  // The server itself, or another program that has its port by now.
  const appUrl = `http://localhost:${await listening(createServer(), "::")}`;
  const lock = JSON.stringify({ pid, appUrl });
  const found = await runningServer(temporaryFolder({ ".next/dev/lock": lock }));
  expect(found).toBe(pid === process.pid ? appUrl : undefined);
});
