import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Another program may listen on only one of these addresses, and a browser may connect to any of
 * them.
 */
const hosts = ["127.0.0.1", "::1", "0.0.0.0", "::"];

async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
    return true;
  } catch (error) {
    // A machine without IPv6 lacks the address, so no program can listen there.
    return (
      error instanceof Error &&
      "code" in error &&
      ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(String(error.code))
    );
  } finally {
    server.close();
  }
}

/** Whether no program listens on the port, on any local address. */
export async function isFree(port: number): Promise<boolean> {
  for (const host of hosts) {
    if (!(await canListen(port, host))) return false;
  }
  return true;
}

/**
 * @param preferred the port to start with
 * @param taken ports that are reserved though nothing listens there yet
 * @returns the preferred port, or the next free one
 * @throws Error if no port is free
 */
export async function nextFreePort(
  preferred: number,
  taken: readonly number[] = [],
): Promise<number> {
  for (let port = preferred; port < 65_536; port += 1) {
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new Error(`No port from ${preferred} on is free.`);
}
