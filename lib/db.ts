import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "@/generated/prisma/client";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { isNamed, shared } from "@/lib/shared";

/** Connections that one process opens at most. */
export const poolSize = 10;
/** How long a query may take in a process that is busy, a wait for a connection included, in milliseconds. */
const queryTimeout = 15_000;
/** An outage is one line in the log every so often, in milliseconds, and not one for each request. */
const logEvery = 10_000;
/** After how long without any answer the database is down, and neither it nor this process only slow, in milliseconds. */
const patience = 5_000;
const tick = 250;

/** The database does not answer, or not as it should. The message names no host and no value. */
export class DatabaseError extends Error {
  override name = "DatabaseError";

  static override [Symbol.hasInstance](error: unknown): error is DatabaseError {
    return isNamed(error, "DatabaseError");
  }
}

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

/** Whether a write failed because such a row exists already. */
export const isTaken = (error: unknown): boolean => hasCode(error, "P2002");

/** Whether a write failed because there is no such row (any more). */
export const isMissing = (error: unknown): boolean => hasCode(error, "P2025");

/**
 * Waits for a query, though not for ever: as long as the database answers others, and at most `limit`.
 *
 * @param limit in milliseconds
 * @throws DatabaseError in place of whatever Prisma says of an outage; unique violations and missing records as they are
 */
export async function query<T>(promise: Promise<T>, limit = queryTimeout): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let answers = health().answers;
  let waited = 0;
  let silent = 0;
  const late = new Promise<never>((_, reject) => {
    // Counted, not measured: a process that was too busy to read an answer ticks once for all that time.
    timer = setInterval(() => {
      waited += tick;
      silent = health().answers === answers ? silent + tick : 0;
      answers = health().answers;
      // One that waits for Logto may well be silent itself: it goes by what others hear.
      const isSilent = limit > queryTimeout ? isDown() : silent >= patience;
      if (isSilent) health().failingSince ??= 0;
      if (isSilent || waited >= limit) reject(new DatabaseError(`no answer within ${waited / 1000} s`));
    }, tick);
  });
  try {
    const answer = await Promise.race([promise, late]);
    health().answers += 1;
    health().failingSince = undefined;
    return answer;
  } catch (error) {
    throw isTaken(error) || isMissing(error) ? error : toDatabaseError(error);
  } finally {
    clearInterval(timer);
  }
}

interface Health {
  /** How many queries succeeded; when the first one failed after that, and when this was last logged, in milliseconds. */
  answers: number;
  failingSince: number | undefined;
  loggedAt: number;
}
/** Prisma's code for a server that can't be reached (https://pris.ly/d/error-reference). */
const unreachable = "P1001";
const health = () =>
  shared<Health>("database health", () => ({ answers: 0, failingSince: undefined, loggedAt: 0 }));

/** Whether the database has answered nothing for a while, though it was asked: it is down, and not only slow. */
export function isDown(now = Date.now()): boolean {
  const { failingSince } = health();
  return failingSince !== undefined && now - failingSince > patience;
}

function toDatabaseError(error: unknown): DatabaseError {
  const wrapped = error instanceof DatabaseError ? error : new DatabaseError(reasonOf(error));
  // Refused at once, it is down; silent, it or this process may be slow only.
  health().failingSince ??= wrapped.message === unreachable ? 0 : Date.now();
  if (Date.now() - health().loggedAt > logEvery) {
    health().loggedAt = Date.now();
    log.error("database unavailable", { reason: wrapped.message });
  }
  return wrapped;
}

/** Prisma's messages repeat the query and the host; its codes say enough (https://pris.ly/d/error-reference). */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
