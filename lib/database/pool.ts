import { Client, type ClientConfig, type PoolConfig } from "pg";
// A relative path, because the database scripts run without tsconfig.json in an image.
import { EnvError } from "../env";

/** Connections of a process, if the URL has no `connection_limit`. */
const defaultConnections = 15;
/** In milliseconds, if the URL has neither `pool_timeout` nor `connect_timeout`. */
const defaultTimeout = 7_000;
/** The longest timer of Node.js, in milliseconds. */
const unlimited = 2 ** 31 - 1;

/**
 * Reads the parameters of a database URL that Prisma documents and its driver adapter ignores. The
 * start-up check has validated them.
 *
 * @returns how many connections queries and the locks of running renewals get, and the timeouts in
 *   milliseconds: of opening a connection, and of getting one, which may include opening it
 */
export function poolLimits(url: string) {
  const { searchParams } = new URL(url);
  const timeout = (name: string) => {
    const seconds = searchParams.get(name);
    return seconds === null ? undefined : Number(seconds) * 1000 || unlimited;
  };
  const connections = Number(searchParams.get("connection_limit") ?? defaultConnections);
  const forLocks = Math.max(1, Math.floor(connections / 3));
  const connectTimeout = timeout("connect_timeout") ?? defaultTimeout;
  return {
    forQueries: Math.max(1, connections - forLocks),
    forLocks,
    connectTimeout,
    poolTimeout: timeout("pool_timeout") ?? Math.max(defaultTimeout, connectTimeout),
  };
}

/**
 * The settings of a connection pool with the timeouts of the URL.
 *
 * @param max the maximum number of connections
 */
export function poolConfig(connectionString: string, max: number): PoolConfig {
  const { connectTimeout, poolTimeout } = poolLimits(connectionString);
  // The pool has one setting for both timeouts.
  class TimedClient extends Client {
    constructor(config?: ClientConfig) {
      super({ ...config, connectionTimeoutMillis: connectTimeout });
    }
  }
  return {
    connectionString,
    max,
    connectionTimeoutMillis: poolTimeout,
    keepAlive: true,
    Client: TimedClient,
  };
}

/**
 * Reads the certificate files of a database URL, as each connection does.
 *
 * @throws EnvError if one can't be read
 */
export function checkCertificates(connectionString: string | undefined): void {
  try {
    new Client({ connectionString });
  } catch {
    const problem = "has a parameter or names a certificate file that can't be read";
    throw new EnvError([{ variable: "DATABASE_URL", problem, example: "" }]);
  }
}
