import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "@/generated/prisma/client";
import { DatabaseError, isDatabaseError } from "@/lib/database-error";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { processWide } from "@/lib/process-wide";

/**
 * Connections that one process opens at most: to read and write, and to hold the locks of renewals
 * under way.
 */
const connections = 10;
const lockConnections = 5;
/** How long a query may take, a wait for a connection included, in milliseconds. */
const queryTimeout = 7_000;
/** How often an outage is logged, in milliseconds: not once for each request. */
const logEvery = 10_000;

/** Whether DATABASE_URL is set. */
export const hasDatabase = (): boolean => Boolean(env().DATABASE_URL);

function connect(max: number): PrismaClient {
  const connectionString = env().DATABASE_URL;
  if (!connectionString) throw new DatabaseError("DATABASE_URL is not set");
  const options = { connectionString, max, connectionTimeoutMillis: queryTimeout, keepAlive: true };
  return new PrismaClient({ adapter: new PrismaPg(options), errorFormat: "minimal" });
}

/**
 * The Prisma client: one for all bundles of a process, made at first use, connected at the first
 * query.
 */
export const db = (): PrismaClient => processWide("prisma", () => connect(connections));

/**
 * Another one for transactions that hold a lock while Logto answers, so that pages never wait for a
 * connection of these.
 */
export const lockDb = (): PrismaClient =>
  processWide("prisma for locks", () => connect(lockConnections));

const hasCode = (error: unknown, code: string) =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === code;

/** Whether a write failed because there is no such row (any more). */
export const isMissing = (error: unknown): boolean => hasCode(error, "P2025");

/**
 * Waits for a query, though not for ever.
 *
 * @param limit in milliseconds
 * @throws DatabaseError in place of whatever Prisma says of an outage; a missing record as it is
 */
export async function query<T>(promise: Promise<T>, limit = queryTimeout): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DatabaseError(`no answer within ${limit / 1000} s`)),
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
 * Prisma's messages repeat the query and the host; its codes say enough
 * (https://pris.ly/d/error-reference).
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
