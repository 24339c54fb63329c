import { request as requestPlainly, type IncomingMessage } from "node:http";
import { request as requestSecurely } from "node:https";
import { type Readable } from "node:stream";
import { decode, UnreadableResponseError } from "./encodings";

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
 * Sends a request to an API: as fetch does, without following redirects. Fetch itself holds on to
 * some hundred megabytes of a long upload; Node's own client passes it through in four.
 *
 * @returns the answer when its headers are there; both bodies may still be on their way
 * @throws UnreadableAnswerError of an answer that can't be passed on; Error of the connection, of
 *   the request's body, or of the signal
 */
export async function sendToApi(target: URL, outgoing: Call): Promise<Response> {
  const answer = await send(target, outgoing);
  try {
    return toResponse(answer, outgoing.method);
  } catch (error) {
    answer.destroy();
    throw error;
  }
}

function toResponse(answer: IncomingMessage, method: string): Response {
  const { statusCode: status = 0, headers: received } = answer;
  // 407 asks for credentials of whoever asked for this, and that is this server (RFC 9110 §15.5.8).
  if (status < 200 || status > 599 || status === 407)
    throw new UnreadableResponseError(`status ${status}`);
  const transferEncoding = received["transfer-encoding"]?.toLowerCase() ?? "chunked";
  // Others may be used only where `TE` allows them (RFC 9110 §10.1.4), and Node.js does not undo
  // them.
  if (transferEncoding !== "chunked")
    throw new UnreadableResponseError(
      `unknown transfer encoding ${JSON.stringify(transferEncoding)}`,
    );
  // Node.js has joined lists that came in parts, and has kept the first of what may come once.
  // Arrays are cookies.
  const headers = new Headers();
  for (const [name, value] of Object.entries(received))
    if (typeof value === "string") headers.set(name, value);
  // Whatever the headers say (RFC 9112 §6.3).
  const hasNoBody = method === "HEAD" || status === 204 || status === 205 || status === 304;
  if (!hasNoBody) return new Response(streamOf(answer), { status, headers });
  answer.resume();
  return new Response(null, { status, headers });
}

function send(target: URL, { method, headers, body, signal }: Call): Promise<IncomingMessage> {
  const request = target.protocol === "https:" ? requestSecurely : requestPlainly;
  return new Promise((resolve, reject) => {
    const outgoing = request(target, { method, headers: withBodyFraming(headers, body), signal });
    let isAnswered = false;
    outgoing.on("response", (answer) => {
      isAnswered = true;
      resolve(answer);
    });
    outgoing.on("error", (error) => {
      // The API closed a connection that was kept just as this request went out on it (RFC 9112
      // §9.3.1).
      const isStale = outgoing.reusedSocket && !isAnswered && isSafe(method) && !signal.aborted;
      if (isStale) resolve(send(target, { method, headers, body, signal }));
      else reject(error);
    });
    // Without an error where the API wants to switch the protocol.
    outgoing.on("close", () => reject(new Error("the API closed the connection")));
    if (!body) return outgoing.end();
    body.on("error", (error) => outgoing.destroy(error));
    // What an API that has answered does not read, a browser that sends before it reads must still
    // get rid of.
    outgoing.on("close", () => body.resume());
    body.pipe(outgoing);
  });
}

const isSafe = (method: string) => method === "GET" || method === "HEAD";

/**
 * The headers, with one that says where the body ends (RFC 9112 §6.3): Node sets none for some
 * methods.
 */
function withBodyFraming(headers: Headers, body: Readable | null): Record<string, string> {
  const { "content-length": length, ...others } = Object.fromEntries(headers);
  if (!body) return others;
  return length
    ? { ...others, "content-length": length }
    : { ...others, "transfer-encoding": "chunked" };
}

/**
 * An answer's body, decoded: Next.js passes no `Content-Encoding` on. As a web stream, which reads
 * ahead by one part only and ends its source when nobody wants more.
 */
function streamOf(answer: IncomingMessage): ReadableStream<Uint8Array> {
  const { headers, statusCode } = answer;
  const parts = decode(answer, headers["content-encoding"], statusCode === 206)[
    Symbol.asyncIterator
  ]();
  return new ReadableStream({
    async pull(controller) {
      const next = await parts.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: () => void answer.destroy(),
  });
}
