import { once } from "node:events";
import { createServer, request, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";

/**
 * Stands between the clients and the processes of an app. Sends each request to the next process,
 * whoever sent the last one where, and answers late, by a random time: answers overtake each other.
 */
export interface RoundRobin {
  url: string;
  /** Where it sends requests to, in turn. */
  targets: string[];
  stop(): Promise<void>;
}

/** @throws Error when the process does not answer to the end */
async function forwarded(
  target: string,
  { method, url: path, headers }: IncomingMessage,
  body: Buffer,
) {
  const { hostname, port } = new URL(target);
  const sent = request({ hostname, port, method, path, headers, agent: false }).end(body);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.on("response", resolve).on("error", reject);
  });
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: await buffer(answer) };
}

/**
 * @param options `port`: where it listens; `maxDelay`: of an answer, in milliseconds
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
    const answer = async () => {
      const body = await buffer(incoming);
      // Where a process is gone, another one takes its turn: as load balancers do for what may be
      // sent twice.
      const targets = incoming.method === "GET" ? inTurn : inTurn.slice(0, 1);
      for (const target of targets) {
        const answered = await forwarded(target, incoming, body).catch(() => undefined);
        if (!answered) continue;
        await wait(Math.random() * options.maxDelay);
        // Whole, and not in the pieces that it came in.
        const { "transfer-encoding": _, ...headers } = answered.headers;
        return void outgoing.writeHead(answered.status, headers).end(answered.body);
      }
      outgoing.destroy();
    };
    void answer();
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
  // A connection that is closed for idleness just when its client sends a request would be a
  // failure of nobody's.
  server.keepAliveTimeout = 0;
  server.listen(options.port);
  await once(server, "listening");
  return proxy;
}
