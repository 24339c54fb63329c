import { once } from "node:events";
import { createServer, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

/** Stands between the clients and an app, and answers late, by a random time: answers overtake each other. */
export interface SlowProxy {
  url: string;
  /** Where it sends requests to. */
  target: string;
  stop(): Promise<void>;
}

/**
 * @param options `port`: where it listens; `maxDelay`: of an answer, in milliseconds
 */
export async function startSlowProxy(options: { port: number; maxDelay: number }): Promise<SlowProxy> {
  const proxy: SlowProxy = {
    url: `http://localhost:${options.port}`,
    target: "",
    stop: () => Promise.resolve(),
  };
  const server = createServer((incoming, outgoing) => {
    const { hostname, port } = new URL(proxy.target);
    const { method, url: path, headers } = incoming;
    const upstream = request({ hostname, port, method, path, headers }, (answer) => {
      void wait(Math.random() * options.maxDelay).then(() => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
    });
    upstream.on("error", () => outgoing.destroy());
    incoming.pipe(upstream);
  }).listen(options.port);
  await once(server, "listening");
  proxy.stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return proxy;
}
