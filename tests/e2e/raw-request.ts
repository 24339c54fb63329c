import { request as send, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

interface RawRequest {
  method?: string;
  headers?: Record<string, string>;
  /** Sent in chunks, without a length. */
  body?: Iterable<Uint8Array | string> | AsyncIterable<string>;
  signal?: AbortSignal;
}

/**
 * Sends a request that browsers and `fetch` would not send unchanged: with this path, and with a
 * body without a length. Does not read the response's body.
 *
 * @param origin of the app
 */
export function sendRaw(
  origin: string,
  path: string,
  { body, ...options }: RawRequest = {},
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const where = { hostname, port, path, agent: false };
    const outgoing = send({ ...where, ...options }, resolve).on("error", reject);
    if (body) pipeline(Readable.from(body), outgoing).catch(reject);
    else outgoing.end();
  });
}

/** Reads the whole body of a response. */
export async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += String(part);
  return text;
}

/** A body of `count` megabytes, in parts of one megabyte. */
export const megabytes = (count: number) =>
  Array.from({ length: count }, () => Buffer.alloc(1024 * 1024, "x"));
