import { request as send, type IncomingHttpHeaders } from "node:http";

/** The response to a request that browsers and `fetch` would not send unchanged. */
export interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

interface RawRequest {
  method?: string;
  headers?: Record<string, string>;
  /** Sent in chunks, without a length. */
  body?: Iterable<Uint8Array>;
}

/**
 * Sends a request without normalizing its path, and with a body without a length.
 *
 * @param origin of the app
 * @param path sent as it is
 */
export function sendRaw(
  origin: string,
  path: string,
  { method = "GET", headers = {}, body = [] }: RawRequest = {},
): Promise<RawResponse> {
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

/** A body of `count` megabytes, in parts of one megabyte. */
export const megabytes = (count: number) =>
  Array.from({ length: count }, () => Buffer.alloc(1024 * 1024, "x"));
