import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "@/generated/prisma/client";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { isNamed, shared } from "@/lib/shared";

/** Connections that one process opens at most. */
export const poolSize = 10;
/** How long a query may take, a wait for a connection included, in milliseconds. */
const queryTimeout = 7_000;
/** How often an outage is logged, in milliseconds: not once for each request. */
const logEvery = 10_000;

/** The database does not answer, or not as it should. The message names no host and no value. */
export class DatabaseError extends Error {
  override name = "DatabaseError";
}

/** Whether an error is a DatabaseError, of whichever bundle. */
export const isDatabaseError = (error: unknown): error is DatabaseError => isNamed(error, "DatabaseError");

/** Whether DATABASE_URL is set. */
export const hasDatabase = (): boolean => Boolean(env().DATABASE_URL);

/** The Prisma client: one for all bundles of a process, made at first use, connected at the first query. */
export function db(): PrismaClient {
  return shared("prisma", () => {
    const connectionString = env().DATABASE_URL;
    if (!connectionString) throw new DatabaseError("DATABASE_URL is not set");
    return new PrismaClient({
      adapter: new PrismaPg({
        connectionString,
        max: poolSize,
        connectionTimeoutMillis: queryTimeout,
        keepAlive: true,
      }),
      errorFormat: "minimal",
    });
  });
}

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
    timer = setTimeout(() => reject(new DatabaseError(`no answer within ${limit / 1000} s`)), limit);
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
  const outage = shared("database outage", () => ({ loggedAt: 0 }));
  if (Date.now() - outage.loggedAt > logEvery) {
    outage.loggedAt = Date.now();
    log.error("database unavailable", { reason: wrapped.message });
  }
  return wrapped;
}

/** Prisma's messages repeat the query and the host; its codes say enough (https://pris.ly/d/error-reference). */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
