import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A program may hold a port on one of these and leave it free on the others; a browser would reach
 * either.
 */
const hosts = ["127.0.0.1", "::1", "0.0.0.0", "::"];

async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
    return true;
  } catch (error) {
    // A machine without IPv6 has no such address: nobody can hold the port there.
    return (
      error instanceof Error &&
      "code" in error &&
      ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(String(error.code))
    );
  } finally {
    server.close();
  }
}

/** Whether nothing listens on the port, on either loopback address or on all of them. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of hosts) {
    if (!(await canListen(port, host))) return false;
  }
  return true;
}

/**
 * @param wished the port to begin with
 * @param taken ports that are spoken for though nothing listens there yet
 * @returns the wished port, or the next one that is free
 */
export async function nextFreePort(wished: number, taken: readonly number[] = []): Promise<number> {
  for (let port = wished; port < 65_536; port += 1) {
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new Error(`No port from ${wished} on is free.`);
}
