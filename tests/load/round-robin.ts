import { once } from "node:events";
import { createServer, request, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";

/**
 * A load balancer between the clients and the processes of an app. Sends each request to the next
 * process, whichever client it comes from. Delays each response by a random time, so that responses
 * overtake each other.
 */
export interface RoundRobin {
  url: string;
  /** The URLs of the processes, which get requests in turn. */
  targets: string[];
  stop(): Promise<void>;
}

/**
 * Forwards a request to a process, and returns its whole response.
 *
 * @throws Error when the process sends no complete response
 */
async function forward(
  target: string,
  { method, url: path, headers }: IncomingMessage,
  body: Buffer,
) {
  const { hostname, port } = new URL(target);
  const sent = request({ hostname, port, method, path, headers, agent: false }).end(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.on("response", resolve).on("error", reject);
  });
  return {
    status: response.statusCode ?? 502,
    headers: response.headers,
    body: await buffer(response),
  };
}

/**
 * Starts a load balancer.
 *
 * @param options `port`: where it listens; `maxDelay`: of a response, in milliseconds
 */
export async function startRoundRobin(options: {
  port: number;
  maxDelay: number;
}): Promise<RoundRobin> {
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    turn += 1;
    const first = turn % proxy.targets.length;
    const inTurn = [...proxy.targets.slice(first), ...proxy.targets.slice(0, first)];
    const respond = async () => {
      const body = await buffer(incoming);
      // When a process is gone, the next one gets a GET request, as load balancers retry idempotent
      // requests only.
      const targets = incoming.method === "GET" ? inTurn : inTurn.slice(0, 1);
      for (const target of targets) {
        const response = await forward(target, incoming, body).catch(() => undefined);
        if (!response) continue;
        await wait(Math.random() * options.maxDelay);
        // The body is sent as a whole, not in the chunks in which it arrived.
        const { "transfer-encoding": _, ...headers } = response.headers;
        return void outgoing.writeHead(response.status, headers).end(response.body);
      }
      outgoing.destroy();
    };
    void respond();
  });
  const proxy: RoundRobin = {
    url: `http://localhost:${options.port}`,
    targets: [],
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  // Never close idle connections: a client may send a request at that very moment, which would fail
  // though no process is at fault.
  server.keepAliveTimeout = 0;
  server.listen(options.port);
  await once(server, "listening");
  return proxy;
}
