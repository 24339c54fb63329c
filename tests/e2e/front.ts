import { once } from "node:events";
import { createServer, request } from "node:http";
import { freePort } from "./servers";

/** A reverse proxy in front of an app. */
export interface Front {
  /** What the browser's address says. */
  url: string;
  close(): Promise<void>;
}

/**
 * Passes requests on to an app, as a reverse proxy does.
 *
 * @param port of the app
 * @param host that browsers ask for, without a port
 * @param forwarded headers that the proxy sets, from the host with its port
 */
export async function startFront(
  port: number,
  host: string,
  forwarded: (host: string) => Record<string, string>,
): Promise<Front> {
  const own = await freePort();
  const headers = forwarded(`${host}:${own}`);
  const server = createServer((incoming, outgoing) => {
    const { method, url: path } = incoming;
    const passed = request(
      { port, method, path, headers: { ...incoming.headers, ...headers } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  }).listen(own);
  await once(server, "listening");
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: `http://${host}:${own}`, close };
}
