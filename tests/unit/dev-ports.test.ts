import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { isFree, nextFreePort } from "../../dev/ports";

const servers: Server[] = [];

async function occupy(port: number, host: string): Promise<number> {
  const server = createServer().listen({ port, host });
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  return address && typeof address === "object" ? address.port : 0;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => once(server.close(), "close")));
});

describe("looking for a free port", () => {
  it.each(["127.0.0.1", "0.0.0.0"])("detects a port that is in use on %s only", async (host) => {
    expect(await isFree(await occupy(0, host))).toBe(false);
  });

  it("returns a higher port if the requested one is in use", async () => {
    const usedPort = await occupy(0, "127.0.0.1");
    expect(await nextFreePort(usedPort)).toBeGreaterThan(usedPort);
  });

  it("skips a reserved port", async () => {
    const port = await nextFreePort(20_000);
    expect(await nextFreePort(port, [port])).toBeGreaterThan(port);
  });
});
