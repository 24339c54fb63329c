import { request as requestPlainly, type IncomingMessage } from "node:http";
import { request as requestSecurely } from "node:https";
import { type Readable } from "node:stream";
import { decode, UnreadableResponseError } from "./encodings";

/** A request to an API. */
export interface Call {
  method: string;
  headers: Headers;
  /** Read as fast as the API reads it; null for a request without a body. */
  body: Readable | null;
  /** Aborts the request, and the rest of its response. */
  signal: AbortSignal;
}

/**
 * Sends a request to an API, like `fetch` without following redirects. `fetch` itself buffers some
 * hundred megabytes of a long upload; Node's own client needs four.
 *
 * @returns the response as soon as its headers arrive; both bodies may still be in transit
 * @throws UnreadableResponseError if the response cannot be forwarded; Error of the connection, the
 *   request body or the signal
 */
export async function sendToApi(target: URL, outgoing: Call): Promise<Response> {
  const incoming = await send(target, outgoing);
  try {
    return toResponse(incoming, outgoing.method);
  } catch (error) {
    incoming.destroy();
    throw error;
  }
}

function toResponse(incoming: IncomingMessage, method: string): Response {
  const { statusCode: status = 0, headers: received } = incoming;
  // 407 requests credentials from the client of a proxy, which is this server (RFC 9110 §15.5.8).
  if (status < 200 || status > 599 || status === 407)
    throw new UnreadableResponseError(`status ${status}`);
  const transferEncoding = received["transfer-encoding"]?.toLowerCase() ?? "chunked";
  // Other encodings need a `TE` header in the request (RFC 9110 §10.1.4), and Node.js does not
  // decode them.
  if (transferEncoding !== "chunked")
    throw new UnreadableResponseError(
      `unknown transfer encoding ${JSON.stringify(transferEncoding)}`,
    );
  // Node.js joins repeated list headers, and drops all but the first of headers that may occur only
  // once. Only `Set-Cookie` is an array.
  const headers = new Headers();
  for (const [name, value] of Object.entries(received))
    if (typeof value === "string") headers.set(name, value);
  // Regardless of the headers (RFC 9112 §6.3).
  const hasNoBody = method === "HEAD" || status === 204 || status === 205 || status === 304;
  if (!hasNoBody) return new Response(streamOf(incoming), { status, headers });
  incoming.resume();
  return new Response(null, { status, headers });
}

function send(target: URL, { method, headers, body, signal }: Call): Promise<IncomingMessage> {
  const request = target.protocol === "https:" ? requestSecurely : requestPlainly;
  return new Promise((resolve, reject) => {
    const outgoing = request(target, { method, headers: withBodyFraming(headers, body), signal });
    let hasResponse = false;
    outgoing.on("response", (incoming) => {
      hasResponse = true;
      resolve(incoming);
    });
    outgoing.on("error", (error) => {
      // The API closed a kept-alive connection at the moment this request was sent on it (RFC 9112
      // §9.3.1).
      const isStale = outgoing.reusedSocket && !hasResponse && isSafe(method) && !signal.aborted;
      if (isStale) resolve(send(target, { method, headers, body, signal }));
      else reject(error);
    });
    // There is no "error" event if the API wants to switch the protocol.
    outgoing.on("close", () => reject(new Error("the API closed the connection")));
    if (!body) return outgoing.end();
    body.on("error", (error) => outgoing.destroy(error));
    // The API may respond without reading the whole body. Read the rest here, because some browsers
    // read the response only after they have sent everything.
    outgoing.on("close", () => body.resume());
    body.pipe(outgoing);
  });
}

const isSafe = (method: string) => method === "GET" || method === "HEAD";

/**
 * The headers, including one that announces the end of the body (RFC 9112 §6.3). Node sets none for
 * some methods.
 */
function withBodyFraming(headers: Headers, body: Readable | null): Record<string, string> {
  const { "content-length": length, ...others } = Object.fromEntries(headers);
  if (!body) return others;
  return length
    ? { ...others, "content-length": length }
    : { ...others, "transfer-encoding": "chunked" };
}

/**
 * The decoded body of a response, because Next.js does not forward `Content-Encoding`. The web
 * stream reads ahead by one chunk only, and destroys its source when it is cancelled.
 */
function streamOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const { headers, statusCode } = incoming;
  const parts = decode(incoming, headers["content-encoding"], statusCode === 206)[
    Symbol.asyncIterator
  ]();
  return new ReadableStream({
    async pull(controller) {
      const next = await parts.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: () => void incoming.destroy(),
  });
}
