import "../mock-env";
import { once } from "node:events";
import { createServer } from "node:net";
import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { DatabaseError } from "@/lib/database-error";
import { db, lockDb, query } from "@/lib/database/client";
import { poolConfig, poolLimits } from "@/lib/database/pool";
import { startPostgres } from "../../postgres/server";
import { variables } from "../environment";

const address = "postgresql://db.example/app";
const postgres = await startPostgres();
afterAll(() => postgres.close());

/** A pool of one connection. @returns a function that holds the connection for some seconds */
async function openPool(url: string) {
  const pool = await new PrismaPg(poolConfig(url, 1)).connect();
  onTestFinished(() => pool.dispose());
  return (seconds = 0) =>
    pool.executeRaw({ sql: `SELECT pg_sleep(${seconds})`, args: [], argTypes: [] });
}

/** A server that accepts connections and never responds. @returns its address */
async function startSilent(): Promise<string> {
  const server = createServer((socket) => onTestFinished(() => void socket.destroy()));
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return `postgresql://postgres@127.0.0.1:${port}/postgres`;
}

describe("connection_limit", () => {
  test.each([
    ["", 10, 5],
    ["?connection_limit=30", 20, 10],
    ["?connection_limit=5", 4, 1],
    ["?connection_limit=2", 1, 1],
    ["?connection_limit=1", 1, 1],
  ])("%s gives queries %i connections, and locks %i", (parameters, forQueries, forLocks) => {
    expect(poolLimits(address + parameters)).toMatchObject({ forQueries, forLocks });
  });

  test("limits the connections of the process", async () => {
    variables.DATABASE_URL = `${postgres.url}?connection_limit=3&application_name=limited`;
    onTestFinished(async () => {
      await Promise.all([db().$disconnect(), lockDb().$disconnect()]);
    });
    const sleep = "SELECT pg_sleep(0.3)::text";
    const clients = [db(), lockDb(), db(), lockDb(), db(), lockDb(), db(), lockDb()];
    await Promise.all(clients.map((client) => query(client.$queryRawUnsafe(sleep))));
    const count = db()
      .$queryRaw`SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'limited'`;
    expect(await query(count)).toEqual([{ count: 3 }]);
  });
});

describe("timeouts of the URL, in seconds", () => {
  test.each([
    ["", 7_000, 7_000],
    ["?connect_timeout=15", 15_000, 15_000],
    ["?pool_timeout=15", 7_000, 15_000],
    ["?connect_timeout=2", 2_000, 7_000],
    ["?connect_timeout=2&pool_timeout=0", 2_000, 2 ** 31 - 1],
  ])("%s: %i ms to open one, %i ms to get one", (parameters, connectTimeout, poolTimeout) => {
    expect(poolLimits(address + parameters)).toMatchObject({ connectTimeout, poolTimeout });
  });

  test("pool_timeout ends the wait for a connection that is in use", async () => {
    const run = await openPool(`${postgres.url}?pool_timeout=1`);
    const first = run(2);
    await expect(run()).rejects.toThrow("timeout exceeded when trying to connect");
    await first;
  });

  test("connect_timeout does not end that wait", async () => {
    const run = await openPool(`${postgres.url}?connect_timeout=1&pool_timeout=0`);
    await expect(Promise.all([run(1.5), run()])).resolves.toHaveLength(2);
  });

  test.each(["connect_timeout=1", "connect_timeout=1&pool_timeout=0", "pool_timeout=1"])(
    "%s ends the wait for a server that does not respond",
    async (parameters) => {
      const run = await openPool(`${await startSilent()}?${parameters}`);
      await expect(run()).rejects.toThrow(/timeout/);
    },
    5_000,
  );

  test("extend the time that a query may take", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    variables.DATABASE_URL = "postgresql://db.example/app?connect_timeout=15";
    const settled = vi.fn();
    void query(new Promise(() => undefined)).catch(settled);
    await vi.advanceTimersByTimeAsync(14_900);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(settled).toHaveBeenCalledOnce();
  });
});

test.each([
  [Object.assign(new Error("can't reach db.internal.example"), { code: "P1001" }), "P1001"],
  [new TypeError("can't reach db.internal.example"), "TypeError"],
])(
  "an error of the database has neither the host nor the query in its message",
  async (error, reason) => {
    variables.DATABASE_URL = postgres.url;
    await expect(query(Promise.reject(error))).rejects.toThrow(new DatabaseError(reason));
  },
);
