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
let database: EmbeddedDatabase;
const startMs = 90_000;

function client(max = 1): PrismaClient {
  const prisma = new PrismaClient({
    adapter: new PrismaPg({ connectionString: database.url, max }),
  });
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
    const results = await Promise.all(
      numbers.map((n) =>
        prisma.$queryRawUnsafe(`SELECT ${n} AS n, length($1::text) AS length`, text(n)),
      ),
    );
    expect(results).toEqual(numbers.map((n) => [{ n, length: text(n).length }]));
  });

  it("wait for a lock that another transaction holds", async () => {
    const [one, two] = [client(), client()];
    await one.$executeRaw`INSERT INTO kept VALUES ('locked')`;
    const order: string[] = [];
    const hold = (prisma: PrismaClient, name: string) =>
      prisma.$transaction(async (transaction) => {
        await transaction.$queryRaw`SELECT * FROM kept WHERE name = 'locked' FOR UPDATE`;
        order.push(`${name} has it`);
        await wait(50);
        order.push(`${name} gives it back`);
      });
    await Promise.all([hold(one, "one"), hold(two, "two")]);
    const [first = "", , second = ""] = order;
    expect(order).toEqual([
      first,
      first.replace("has it", "gives it back"),
      second,
      second.replace("has it", "gives it back"),
    ]);
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
      .$queryRaw`SELECT count(*)::int AS n FROM "_prisma_migrations" WHERE finished_at IS NOT NULL`;
    if (child.pid) process.kill(child.pid, "SIGKILL");
    expect(await others).toEqual([{ n: expect.any(Number) }]);
    expect(await others).not.toEqual([{ n: 0 }]);
  }, 30_000);

  it("still work after a client disconnected in the middle of a query", async () => {
    const socket = connect(Number(new URL(database.url).port), "127.0.0.1");
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
    const run = async (sql: string) => {
      const adapter = new PrismaPg(
        { connectionString: database.url },
        { statementNameGenerator: () => "s0" },
      );
      const connection = await adapter.connect();
      const { rows } = await connection.queryRaw({ sql, args: [], argTypes: [] });
      return { rows, end: () => connection.dispose() };
    };
    const [one, two] = [await run("SELECT 1"), await run("SELECT 2")];
    expect([one.rows, two.rows]).toEqual([[[1]], [[2]]]);
    await Promise.all([one.end(), two.end()]);
  });
});

describe("the data of the embedded Postgres", () => {
  it("is open to one process at a time, whose URL can be found", async () => {
    expect(await runningAt(dataDir)).toBe(database.url);
    await expect(startEmbedded({ port: 0, dataDir })).rejects.toThrow(DatabaseInUseError);
  });

  it(
    "is released with its port on close, and is still there afterwards",
    async () => {
      await client().$executeRaw`INSERT INTO kept VALUES ('before')`;
      const port = Number(new URL(database.url).port);
      await database.close();
      expect(await isFree(port)).toBe(true);
      expect(existsSync(`${dataDir}.json`)).toBe(false);
      database = await startEmbedded({ port: 0, dataDir });
      expect(await client().$queryRaw`SELECT name FROM kept WHERE name = 'before'`).toHaveLength(1);
    },
    startMs,
  );
});

describe("cleaning up", () => {
  it("deletes the sessions that have expired, and no others", async () => {
    const prisma = client();
    const { id: userId } = await prisma.user.create({ data: { id: "user" } });
    const now = new Date();
    const past = new Date(now.getTime() - 1);
    const future = new Date(now.getTime() + 1_000);
    for (const [name, expires] of [
      ["old", past],
      ["new", future],
    ] as const) {
      await prisma.session.create({
        data: { sessionId: name, sessionToken: name, userId, claims: {}, startedAt: past, expires },
      });
    }
    expect(await deleteExpired(prisma, now)).toEqual({ sessions: 1 });
    expect(await prisma.session.findMany({ select: { sessionId: true } })).toEqual([
      { sessionId: "new" },
    ]);
  });

  it(
    "deletes any number of them in batches of a thousand",
    async () => {
      const statements: string[] = [];
      const prisma = new PrismaClient({
        adapter: new PrismaPg({ connectionString: database.url, max: 1 }),
        log: [{ emit: "event", level: "query" }],
      });
      clients.push(prisma);
      prisma.$on("query", ({ query }) => statements.push(query));
      await prisma.session.createMany({
        data: Array.from({ length: 2_500 }, (_, index) => ({
          sessionId: `expired ${index}`,
          sessionToken: `expired ${index}`,
          userId: "user",
          claims: {},
          startedAt: new Date(0),
          expires: new Date(1_000),
        })),
      });
      expect(await deleteExpired(prisma, new Date(2_000))).toEqual({ sessions: 2_500 });
      expect(await prisma.session.findMany({ select: { sessionId: true } })).toEqual([
        { sessionId: "new" },
      ]);
      expect(statements.filter((statement) => statement.includes("DELETE"))).toHaveLength(3);
    },
    startMs,
  );
});
