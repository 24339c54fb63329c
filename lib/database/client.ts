import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "@/generated/prisma/client";
import { DatabaseError, isDatabaseError } from "@/lib/database-error";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { processWide } from "@/lib/process-wide";
import { poolConfig, poolLimits } from "./pool";

/**
 * The timeout of a query, including the wait for a connection, in milliseconds. A longer wait that
 * DATABASE_URL allows extends it.
 */
const queryTimeout = 7_000;
/**
 * The minimum time between two log lines about an outage, in milliseconds. Otherwise every request
 * would log it.
 */
const logEvery = 10_000;

/** Whether DATABASE_URL is set. */
export const hasDatabase = (): boolean => Boolean(env().DATABASE_URL);

function connectionString(): string {
  const { DATABASE_URL } = env();
  if (!DATABASE_URL) throw new DatabaseError("DATABASE_URL is not set");
  return DATABASE_URL;
}

const limits = () => poolLimits(connectionString());

const connect = (max: number) =>
  new PrismaClient({
    adapter: new PrismaPg(poolConfig(connectionString(), max)),
    errorFormat: "minimal",
  });

/** The process-wide Prisma client. Created at first use; connects at the first query. */
export const db = (): PrismaClient => processWide("prisma", () => connect(limits().forQueries));

/**
 * A second client for transactions that hold a lock during a request to Logto. It has its own
 * connections, so pages never wait for one of them.
 */
export const lockDb = (): PrismaClient =>
  processWide("prisma for locks", () => connect(limits().forLocks));

const hasCode = (error: unknown, code: string) =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === code;

/** Whether a write failed because the row does not exist (any more). */
export const isMissing = (error: unknown): boolean => hasCode(error, "P2025");

/**
 * Waits for a query with a timeout.
 *
 * @param limit in milliseconds
 * @throws DatabaseError for any Prisma error, except for a missing record: that error is thrown
 *   unchanged
 * @example const row = await query(db().session.findUnique({ where: { sessionToken } }));
 */
export async function query<T>(
  promise: Promise<T>,
  limit = Math.max(queryTimeout, limits().poolTimeout),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DatabaseError(`no response within ${limit / 1000} s`)),
      limit,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } catch (error) {
    throw isMissing(error) ? error : toDatabaseError(error);
  } finally {
    clearTimeout(timer);
  }
}

function toDatabaseError(error: unknown): DatabaseError {
  const wrapped = isDatabaseError(error) ? error : new DatabaseError(reasonOf(error));
  const outage = processWide("database outage", () => ({ loggedAt: 0 }));
  if (Date.now() - outage.loggedAt > logEvery) {
    outage.loggedAt = Date.now();
    log.error("database unavailable", { reason: wrapped.message });
  }
  return wrapped;
}

/**
 * Prisma's messages contain the query and the host. Its codes are enough
 * (https://pris.ly/d/error-reference).
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
