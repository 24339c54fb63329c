import { once } from "node:events";
import type { Server } from "node:net";
import { onTestFinished } from "vitest";
import { z } from "zod";

/**
 * Makes a server listen until the current test ends.
 *
 * @param port 0 is a free one
 * @returns its port
 */
export async function listening(server: Server, host = "127.0.0.1", port = 0): Promise<number> {
  onTestFinished(() => void server.close());
  server.listen(port, host);
  await once(server, "listening");
  return z.object({ port: z.number() }).parse(server.address()).port;
}
