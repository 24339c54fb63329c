import { createServer } from "node:net";
import { expect, it } from "vitest";
import { isFree, nextFreePort } from "../../dev/ports";
import { listening } from "./listening";

it.each(["127.0.0.1", "0.0.0.0"])("detects a port that is in use on %s only", async (host) => {
  const port = await listening(createServer(), host);
  expect(await isFree(port)).toBe(false);
  expect(await nextFreePort(port)).toBeGreaterThan(port);
});

it("skips a reserved port", async () => {
  const port = await nextFreePort(20_000);
  expect(await nextFreePort(port, [port])).toBeGreaterThan(port);
});
