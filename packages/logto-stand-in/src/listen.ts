import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { setImmediate } from "node:timers/promises";

/**
 * Listens on both loopback addresses, because `localhost` may resolve to either. Without IPv6 it
 * listens on IPv4 alone.
 * @param port 0 for any free port.
 * @throws the error of `listen` (`EADDRINUSE`) when the port is in use on either address.
 */
export async function listen(
  port: number,
  handler: RequestListener,
): Promise<{ port: number; servers: Server[] }> {
  const first = await listenOn("127.0.0.1", port, handler);
  const address = first.address();
  const boundPort = address && typeof address === "object" ? address.port : port;
  try {
    return { port: boundPort, servers: [first, await listenOn("::1", boundPort, handler)] };
  } catch (error) {
    if (isError(error, "EADDRNOTAVAIL", "EAFNOSUPPORT"))
      return { port: boundPort, servers: [first] };
    await closeServer(first);
    if (port === 0 && isError(error, "EADDRINUSE")) return listen(0, handler);
    throw error;
  }
}

/** Stops listening and drops open connections, including those that a fault leaves hanging. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
  // Waits a whole turn of the event loop, so that clients in this process notice the close and drop
  // their dead connections.
  await setImmediate();
  await setImmediate();
}

async function listenOn(host: string, port: number, handler: RequestListener): Promise<Server> {
  const server = createServer(handler).listen({ host, port });
  await once(server, "listening");
  return server;
}

function isError(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
