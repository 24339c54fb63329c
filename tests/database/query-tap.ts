import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";

/**
 * A proxy between an app and its database. It records the app's queries, whichever library sends
 * them.
 */
export interface QueryTap {
  /** The database's URL, through the tap. */
  url: string;
  /** The SQL of every statement so far. */
  statements: string[];
  stop(): void;
}

/** @param url a PostgreSQL database without TLS */
export async function startQueryTap(url: string): Promise<QueryTap> {
  const { hostname, port } = new URL(url);
  const statements: string[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let rest = Buffer.alloc(0);
    let isStarted = false;
    client.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      // A message starts with a type of one byte and its length. The first message of a connection
      // has no type (PostgreSQL docs, 54.2).
      for (;;) {
        const header = isStarted ? 1 : 0;
        if (rest.length < header + 4) break;
        const length = header + rest.readUInt32BE(header);
        if (rest.length < length) break;
        const message = rest.subarray(0, length);
        rest = rest.subarray(length);
        // Parse: the statement's name, then its SQL, both ended by a zero byte.
        if (isStarted && message.toString("latin1", 0, 1) === "P")
          statements.push(message.toString("utf8", 5).split("\0")[1] ?? "");
        isStarted = true;
      }
    });
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
      });
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const tapped = new URL(url);
  const isTcp = (address: AddressInfo | string | null): address is AddressInfo =>
    typeof address === "object";
  const address = server.address();
  if (isTcp(address)) tapped.port = String(address.port);
  return { url: tapped.href, statements, stop: () => void server.close() };
}
