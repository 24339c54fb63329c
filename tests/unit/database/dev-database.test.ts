import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PrismaClient } from "@/generated/prisma/client";
import { deleteExpired } from "@/lib/database/clean";
import { start } from "../../../dev/children.mjs";
import { DatabaseInUseError, runningAt } from "../../../dev/database/claim";
import { startEmbedded, type EmbeddedDatabase } from "../../../dev/database/embedded";
import { message } from "../../../dev/database/messages";
import { applyMigrations } from "../../../dev/database/migrations";
import { isFree } from "../../../dev/ports";

const folder = mkdtempSync(path.join(tmpdir(), "embedded-"));
const dataDir = path.join(folder, "postgres");
const clients: PrismaClient[] = [];
/** The statements of all clients. */
const statements: string[] = [];
let database: EmbeddedDatabase;
const startMs = 90_000;
const portOf = ({ url }: EmbeddedDatabase) => Number(new URL(url).port);

function client(max = 1): PrismaClient {
  const adapter = new PrismaPg({ connectionString: database.url, max });
  const prisma = new PrismaClient({ adapter, log: [{ emit: "event", level: "query" }] });
  prisma.$on("query", ({ query }) => statements.push(query));
  clients.push(prisma);
  return prisma;
}

beforeAll(async () => {
  database = await startEmbedded({ port: 0, dataDir });
  await applyMigrations(database.url);
  await client().$executeRaw`CREATE TABLE kept (name text PRIMARY KEY)`;
}, startMs);

afterAll(async () => {
  await Promise.all(clients.map((each) => each.$disconnect()));
  await database.close();
  rmSync(folder, { recursive: true });
});

describe("connections to the embedded Postgres", () => {
  it("get their own results, even while other connections send large queries", async () => {
    const prisma = client(10);
    const numbers = Array.from({ length: 60 }, (_, i) => i);
    // Larger than one read of a socket, so that messages of several connections interleave.
    const text = (n: number) => "x".repeat(n % 3 ? 10 : 200_000);
    const query = (n: number) => `SELECT ${n} AS n, length($1::text) AS length`;
    const results = await Promise.all(
      numbers.map((n) => prisma.$queryRawUnsafe(query(n), text(n))),
    );
    expect(results).toEqual(numbers.map((n) => [{ n, length: text(n).length }]));
  });

  it("wait for a lock that another transaction holds", async () => {
    const [one, two] = [client(), client()];
    await one.$executeRaw`INSERT INTO kept VALUES ('locked')`;
    const holders: string[] = [];
    const hold = (prisma: PrismaClient, name: string) =>
      prisma.$transaction(async (transaction) => {
        await transaction.$queryRaw`SELECT * FROM kept WHERE name = 'locked' FOR UPDATE`;
        holders.push(name);
        await wait(50);
        holders.push(name);
      });
    await Promise.all([hold(one, "one"), hold(two, "two")]);
    expect([...holders].sort()).toEqual(["one", "one", "two", "two"]);
    expect(holders[0]).toBe(holders[1]);
  });

  it("still work after a client was killed in a transaction, which is rolled back", async () => {
    const script = `const { PrismaPg } = await import("@prisma/adapter-pg");
      const adapter = await new PrismaPg({ connectionString: ${JSON.stringify(database.url)} }).connect();
      const transaction = await adapter.startTransaction();
      await transaction.executeRaw({ sql: "DELETE FROM \\"_prisma_migrations\\"", args: [], argTypes: [] });
      console.log("deleted"); setInterval(() => {}, 1000);`;
    const child = start(process.execPath, ["--input-type=module", "-e", script]);
    await expect.poll(() => child.output(), { timeout: 20_000 }).toContain("deleted");
    const others = client()
      .$queryRaw`SELECT count(*) > 0 AS "hasRows" FROM "_prisma_migrations" WHERE finished_at IS NOT NULL`;
    if (child.pid) process.kill(child.pid, "SIGKILL");
    expect(await others).toEqual([{ hasRows: true }]);
  }, 30_000);

  it("still work after a client disconnected in the middle of a query", async () => {
    const socket = connect(portOf(database), "127.0.0.1");
    const hello = Buffer.from("\0\0\0\0\0\u0003\0\0user\0postgres\0\0", "latin1");
    hello.writeInt32BE(hello.length);
    socket.write(hello);
    await once(socket, "data");
    socket.write(message("P", "\0not SQL\0\0\0"));
    await once(socket, "data");
    socket.destroy();
    expect(await client().$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  });

  it("can use the same names for their prepared statements", async () => {
    const adapter = new PrismaPg(
      { connectionString: database.url },
      { statementNameGenerator: () => "s0" },
    );
    const connections = [await adapter.connect(), await adapter.connect()];
    for (const [n, connection] of connections.entries()) {
      const { rows } = await connection.queryRaw({ sql: `SELECT ${n}`, args: [], argTypes: [] });
      expect(rows).toEqual([[n]]);
    }
    await Promise.all(connections.map((each) => each.dispose()));
  });
});

describe("the data of the embedded Postgres", () => {
  it("is open to one process at a time, whose URL can be found", async () => {
    expect(await runningAt(dataDir)).toBe(database.url);
    await expect(startEmbedded({ port: 0, dataDir })).rejects.toThrow(DatabaseInUseError);
  });

  it(
    "is released with its port on close, and is still there afterwards",
    { timeout: startMs },
    async () => {
      await client().$executeRaw`INSERT INTO kept VALUES ('before')`;
      await database.close();
      expect(await isFree(portOf(database))).toBe(true);
      expect(existsSync(`${dataDir}.json`)).toBe(false);
      database = await startEmbedded({ port: 0, dataDir });
      expect(await client().$queryRaw`SELECT name FROM kept WHERE name = 'before'`).toHaveLength(1);
    },
  );
});

it(
  "cleaning up deletes any number of expired sessions, and no others",
  { timeout: startMs },
  async () => {
    const prisma = client();
    const now = Date.now();
    await prisma.user.create({ data: { id: "user" } });
    await prisma.session.createMany({
      data: Array.from({ length: 2_501 }, (_, index) => ({
        sessionId: String(index),
        sessionToken: String(index),
        userId: "user",
        claims: {},
        startedAt: new Date(0),
        expires: new Date(index === 0 ? now + 1_000 : now - 1),
      })),
    });
    expect(await deleteExpired(prisma, new Date(now))).toEqual({ sessions: 2_500 });
    expect(await prisma.session.findMany({ select: { sessionId: true } })).toEqual([
      { sessionId: "0" },
    ]);
    // In batches of a thousand.
    expect(statements.filter((statement) => statement.includes("DELETE"))).toHaveLength(3);
  },
);
