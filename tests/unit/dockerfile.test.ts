import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { expect, test } from "vitest";
import { z } from "zod";
import { listening } from "./listening";

/** The health check command of the image. */
const [, healthCheck = ""] =
  /^HEALTHCHECK[^]*?CMD (\[.*\])$/m.exec(readFileSync("Dockerfile", "utf8")) ?? [];

/** Starts a server that listens only at this host. @returns its port */
const listen = (host: string, status = 200) =>
  listening(
    createServer((_, response) => response.writeHead(status).end()),
    host,
  );

/** Runs the health check. @returns its exit code */
async function check(HOSTNAME: string | undefined, port: number): Promise<unknown> {
  const [, ...args] = z.array(z.string()).parse(JSON.parse(healthCheck));
  const env = { ...process.env, PORT: String(port), HOSTNAME };
  const [code]: unknown[] = await once(spawn(process.execPath, args, { env }), "exit");
  return code;
}

test.each(["0.0.0.0", "127.0.0.2", "localhost", "::", "::1", ""])(
  "the health check requests the address that the server listens at with HOSTNAME=%s",
  async (host) => {
    // This machine may have no such address.
    const port = await listen(host || "::").catch(() => undefined);
    if (port !== undefined) expect(await check(host, port)).toBe(0);
  },
);

test("the health check requests localhost without HOSTNAME, because the server then listens everywhere", async () => {
  expect(await check(undefined, await listen("0.0.0.0"))).toBe(0);
});

test(
  "the health check fails if the server responds with an error, or not at all",
  { timeout: 30_000 },
  async () => {
    expect(await check("127.0.0.1", await listen("127.0.0.1", 503))).toBe(1);
    expect(await check("127.0.0.1", 1)).toBe(1);
  },
);
