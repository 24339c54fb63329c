import { request as send, type IncomingHttpHeaders } from "node:http";

/** An answer to a request that no browser and no `fetch` would send as it is. */
export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface RawRequest {
  method?: string;
  headers?: Record<string, string>;
  /** In chunks, without a length. */
  body?: Iterable<Uint8Array>;
}

/**
 * Sends a request with a path that is not tidied up, and a body without a length.
 *
 * @param origin of the app
 * @param path as it is sent
 */
export function sendRaw(
  origin: string,
  path: string,
  { method = "GET", headers = {}, body = [] }: RawRequest = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const outgoing = send({ hostname, port, path, method, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
      });
    });
    outgoing.on("error", reject);
    for (const chunk of body) outgoing.write(chunk);
    outgoing.end();
  });
}

/** A body of so many megabytes, in parts. */
export const megabytes = (count: number) =>
  Array.from({ length: count }, () => Buffer.alloc(1024 * 1024, "x"));
