import { once } from "node:events";
import { createServer, request } from "node:http";
import { freePort } from "./servers";

/** A reverse proxy in front of an app. */
export interface Front {
  /** The address that browsers use. */
  url: string;
  close(): Promise<void>;
}

/**
 * Starts a reverse proxy in front of an app.
 *
 * @param port of the app
 * @param host that browsers use, without a port
 * @param forwarded makes the headers that the proxy sets, from the host with its port
 */
export async function startFront(
  port: number,
  host: string,
  forwarded: (host: string) => Record<string, string>,
): Promise<Front> {
  const ownPort = await freePort();
  const headers = forwarded(`${host}:${ownPort}`);
  const server = createServer((incoming, outgoing) => {
    const { method, url: path } = incoming;
    const passed = request(
      { port, method, path, headers: { ...incoming.headers, ...headers } },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      },
    );
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  }).listen(ownPort);
  await once(server, "listening");
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: `http://${host}:${ownPort}`, close };
}
