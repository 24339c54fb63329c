import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { Mutex, PGlite } from "@electric-sql/pglite";
import { claim, embeddedUrl } from "./claim";
import { message, readMessages, renameStatement, type Message } from "./messages";

export interface EmbeddedDatabase {
  url: string;
  close(): Promise<void>;
}

/**
 * Starts PostgreSQL inside this process (PGlite) and serves it on 127.0.0.1, to any number of
 * connections.
 *
 * PGlite has only one session. Its own socket server lets connections use that session message by
 * message, which mixes up their results. Here, a connection has exclusive use of the session from
 * its first message until no transaction is open.
 *
 * @param options `dataDir`: where to store the data, which survives even a SIGKILL; if absent, it
 *   is in memory. `port`: 0 for any free one
 * @throws DatabaseInUseError if another process is using the data; the error of `listen` if the
 *   port is in use
 */
export async function startEmbedded(options: {
  dataDir?: string;
  port: number;
}): Promise<EmbeddedDatabase> {
  const connections = new Map<Socket, Promise<void>>();
  const mutex = new Mutex();
  // Clients that connect before the database is open wait. First come, first served.
  const acquire = async (): Promise<Session> => {
    const { pglite } = await opened;
    return { pglite, release: await mutex.acquire() };
  };
  const server = createServer({ noDelay: true }, (socket) => {
    const served = serve(socket, acquire)
      // The client has disconnected.
      .catch(() => undefined)
      .finally(() => {
        socket.destroy();
        connections.delete(socket);
      });
    connections.set(socket, served);
  });
  server.listen(options.port, "127.0.0.1");
  const opened = open(server, options.dataDir);
  const disconnect = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of connections.keys()) socket.destroy();
    await Promise.all([closed, ...connections.values()]);
  };
  try {
    const { url, pglite, release } = await opened;
    const close = async () => {
      await disconnect();
      await pglite.close();
      release();
    };
    return { url, close };
  } catch (error) {
    await disconnect();
    throw error;
  }
}

/** Exclusive use of PGlite's only session. */
interface Session {
  pglite: PGlite;
  release: () => void;
}

async function open(server: Server, dataDir: string | undefined) {
  await once(server, "listening");
  const address = server.address();
  const port = address && typeof address === "object" ? address.port : 0;
  const url = embeddedUrl(port);
  // PGlite itself lets several processes open the same folder, which destroys the data.
  const release = dataDir ? await claim(dataDir, url) : () => {};
  try {
    return { url, release, pglite: await PGlite.create(dataDir) };
  } catch (error) {
    release();
    throw error;
  }
}

/** PGlite would search the same message for the rows forever. */
const copiesIn = ({ type, bytes }: Message) =>
  type === "Q" && /^\s*copy\s.*\sfrom\s+stdin\b/is.test(bytes.toString("latin1", 5));
const copyError: Message = {
  type: "Q",
  bytes: message(
    "Q",
    "DO $$ BEGIN RAISE 'The embedded Postgres does not support COPY FROM STDIN'; END $$\0",
  ),
};

/** The server sends "ready for query" after these messages. */
const lastMessages = ["start", "Q", "S", "F"];
let served = 0;

/** Forwards messages until the client disconnects, then rolls back its unfinished work. */
async function serve(socket: Socket, acquire: () => Promise<Session>): Promise<void> {
  // Two clients may use the same name for their prepared statements.
  const prefix = `c${(served += 1)}_`;
  const statements = new Set<string>();
  let held: Session | undefined;
  try {
    for await (const sent of readMessages(socket)) {
      if (sent.type === "cancel" || sent.type === "X") break;
      if (sent.type === "encryption") {
        socket.write("N");
        continue;
      }
      held ??= await acquire();
      const { bytes, made } = renameStatement(copiesIn(sent) ? copyError : sent, prefix);
      if (made) statements.add(made);
      await held.pglite.execProtocolRawStream(bytes, {
        onRawData: (data) => void socket.write(Buffer.from(data)),
      });
      if (!lastMessages.includes(sent.type) || held.pglite.isInTransaction()) continue;
      held.release();
      held = undefined;
    }
  } finally {
    const { pglite, release } = held ?? (await acquire());
    try {
      await cleanUp(pglite, statements);
    } finally {
      release();
    }
  }
}

async function cleanUp(pglite: PGlite, statements: Set<string>): Promise<void> {
  const run = (bytes: Buffer) =>
    pglite.execProtocolRawStream(bytes, { onRawData: () => undefined });
  const sync = message("S", "");
  await run(sync);
  if (pglite.isInTransaction()) await run(message("Q", "ROLLBACK\0"));
  for (const name of statements) await run(message("C", `S${name}\0`));
  await run(sync);
}
