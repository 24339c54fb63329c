import { createHash } from "node:crypto";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { closeServer, listen } from "../../packages/logto-stand-in/src/listen";

/** A request as it arrived at the API. */
interface Arrived {
  method: string;
  /** As sent, not normalized. */
  url: string;
  headers: IncomingMessage["headers"];
  /** Set where the route reads it. */
  body?: string;
}

/** What the API records. */
interface Seen {
  arrived: Arrived[];
  /** Bytes sent of the last download. */
  sentBytes: number;
  /** Paths of the requests whose client closed the connection before the response was complete. */
  abandoned: string[];
}

/** An API for one test, below `/v1`. */
export interface ApiServer extends Seen {
  /** Its base URL, with a path. */
  url: string;
  close(): Promise<void>;
}

const part = Buffer.alloc(64 * 1024, "next-logto-starter ");

/** Yields `count` bytes, always the same ones. */
export function* bytes(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= part.length)
    yield part.subarray(0, Math.min(left, part.length));
}

/** SHA-256 of what is read, as hex. */
export async function digestOf(data: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of data) hash.update(chunk);
  return hash.digest("hex");
}

type Route = (incoming: IncomingMessage, response: ServerResponse, seen: Seen) => unknown;

const plain = "in plain words";

/** The text as a server may encode it, by value of `content-encoding`. */
const encodedBy: Record<string, string | Buffer> = {
  identity: plain,
  gzip: gzipSync(plain),
  "X-GZip": gzipSync(plain),
  " GZIP ": gzipSync(plain),
  br: brotliCompressSync(plain),
  deflate: deflateSync(plain),
  "deflate, identity": deflateRawSync(plain),
  "gzip, gzip": gzipSync(gzipSync(plain)),
  "deflate,, br": brotliCompressSync(deflateSync(plain)),
};

/** The values that `/v1/encoded?as=` accepts. */
export const encodings = Object.keys(encodedBy);

const queryOf = ({ url = "" }: IncomingMessage) => new URL(url, "http://api").searchParams;

/** Handlers by path. */
const routes: Record<string, Route> = {
  "/v1/upload": async (incoming, response) =>
    json(response, 200, { digest: await digestOf(incoming) }),
  "/v1/unread": () => undefined,
  "/v1/download": (incoming, response, seen) => {
    const size = Number(queryOf(incoming).get("size"));
    response.writeHead(200, { "content-type": "application/octet-stream", "content-length": size });
    seen.sentBytes = 0;
    const counted = function* () {
      for (const each of bytes(size)) {
        seen.sentBytes += each.length;
        yield each;
      }
    };
    return pipeline(counted, response);
  },
  "/v1/page": (_, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<script>1</script>"),
  "/v1/encoded": (incoming, response) => {
    const query = queryOf(incoming);
    const encoding = query.get("as") ?? "";
    const body = Buffer.from(encodedBy[encoding] ?? plain);
    const length = Number(query.get("bytes") ?? body.length);
    response
      .writeHead(Number(query.get("status") ?? 200), {
        "content-encoding": encoding,
        "content-type": "text/plain",
      })
      .end(body.subarray(0, length));
  },
  // Two headers instead of one with a list.
  "/v1/encoded-twice": ({ socket }) =>
    socket.end(
      Buffer.concat([
        Buffer.from(
          "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n",
        ),
        gzipSync(gzipSync(plain)),
      ]),
    ),
  // Sends the query's text as the raw response.
  "/v1/raw": (incoming) => incoming.socket.end(queryOf(incoming).get("answer") ?? ""),
  "/v1/too-large": (_, response) => json(response, 413, { error: "too_large" }),
  // Closes a reused connection when the next request is already on its way.
  "/v1/stale": ({ socket }, response) =>
    socket.bytesWritten > 0 ? socket.destroy() : json(response, 200, { fresh: true }),
  "/v1/cut": (_, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("the beginning", () => response.destroy());
  },
  "/v1/torn": ({ socket }, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("the beginning", () => setTimeout(() => socket.resetAndDestroy(), 50));
  },
  "/v1/events": (_, response) =>
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: first\n\n"),
};

/** For any other path: reads the request's body and echoes method and URL. */
const readBody: Route = async (incoming, response, { arrived }) => {
  const request = arrived.at(-1);
  let body = "";
  for await (const chunk of incoming.setEncoding("utf8")) body += String(chunk);
  if (request) request.body = body;
  json(response, 200, { method: request?.method, url: request?.url });
};

function json(response: ServerResponse, status: number, body: object, headers = {}): void {
  response
    .writeHead(status, { "content-type": "application/json", ...headers })
    .end(JSON.stringify(body));
}

/** Starts an API that accepts every token. */
export async function startApi(): Promise<ApiServer> {
  const seen: Seen = { arrived: [], sentBytes: 0, abandoned: [] };
  const { port, servers } = await listen(0, (incoming, response) => {
    const { method = "", url = "", headers } = incoming;
    seen.arrived.push({ method, url, headers });
    response.on("close", () => {
      if (!response.writableFinished) seen.abandoned.push(url);
    });
    const route = routes[url.split("?")[0] ?? ""] ?? readBody;
    Promise.resolve(route(incoming, response, seen)).catch(() => response.destroy());
  });
  const close = async () => {
    await Promise.all(servers.map(closeServer));
  };
  return Object.assign(seen, { url: `http://localhost:${port}/v1`, close });
}
