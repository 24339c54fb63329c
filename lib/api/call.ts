import { request as requestPlainly, type IncomingMessage } from "node:http";
import { request as requestSecurely } from "node:https";
import { type Readable } from "node:stream";
import { createBrotliDecompress, createUnzip } from "node:zlib";

/** What is asked of an API. */
export interface Call {
  method: string;
  headers: Headers;
  /** Read as fast as the API reads it; null for a request that has none. */
  body: Readable | null;
  /** Ends the call, and what is still to come of its answer. */
  signal: AbortSignal;
}

/**
 * Sends a request to an API: as fetch does, without following redirects. Fetch itself holds on to some hundred megabytes of a
 * long upload; Node's own client passes it through in four.
 *
 * @returns the answer when its headers are there; both bodies may still be on their way
 * @throws Error of the connection, of the request's body, or of the signal
 */
export async function call(target: URL, outgoing: Call): Promise<Response> {
  const answer = await send(target, outgoing);
  const { statusCode: status = 0, headersDistinct } = answer;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  const hasNoBody = status === 204 || status === 205 || status === 304;
  if (hasNoBody) answer.resume();
  return new Response(hasNoBody ? null : streamOf(decoded(answer)), { status, headers });
}

function send(target: URL, { method, headers, body, signal }: Call): Promise<IncomingMessage> {
  const request = target.protocol === "https:" ? requestSecurely : requestPlainly;
  return new Promise((resolve, reject) => {
    const outgoing = request(target, { method, headers: framed(headers, body), signal });
    let isAnswered = false;
    outgoing.on("response", (answer) => {
      isAnswered = true;
      resolve(answer);
    });
    outgoing.on("error", (error) => {
      // The API closed a connection that was kept just as this request went out on it (RFC 9112 §9.3.1).
      const isStale = outgoing.reusedSocket && !isAnswered && isSafe(method) && !signal.aborted;
      if (isStale) resolve(send(target, { method, headers, body, signal }));
      else reject(error);
    });
    if (!body) return outgoing.end();
    body.on("error", (error) => outgoing.destroy(error));
    // What an API that has answered does not read, a browser that sends before it reads must still get rid of.
    outgoing.on("close", () => body.resume());
    body.pipe(outgoing);
  });
}

const isSafe = (method: string) => method === "GET" || method === "HEAD";

/** The headers, with one that says where the body ends (RFC 9112 §6.3): Node sets none for some methods. */
function framed(headers: Headers, body: Readable | null): Record<string, string> {
  const { "content-length": length, ...others } = Object.fromEntries(headers);
  if (!body) return others;
  return length ? { ...others, "content-length": length } : { ...others, "transfer-encoding": "chunked" };
}

/** An answer's body, as it was before the API compressed it. */
function decoded(answer: IncomingMessage): Readable {
  const encoding = answer.headers["content-encoding"]?.toLowerCase();
  if (encoding !== "br" && encoding !== "gzip" && encoding !== "deflate") return answer;
  const decoder = encoding === "br" ? createBrotliDecompress() : createUnzip();
  answer.on("error", (error) => decoder.destroy(error));
  decoder.on("close", () => answer.destroy());
  return answer.pipe(decoder);
}

/** The same as a web stream, which reads ahead by one part only and ends its source when nobody wants more. */
function streamOf(source: Readable): ReadableStream<Uint8Array> {
  const parts: AsyncIterator<Uint8Array> = source[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await parts.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: () => void source.destroy(),
  });
}
