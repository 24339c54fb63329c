import { PrismaPg } from "@prisma/adapter-pg";
import { isDriverAdapterError } from "@prisma/driver-adapter-utils";
import { migrationNames } from "./migrations";
import { ok, problem, warning, type Finding } from "../doctor/finding";

const check = "database";
/** The remedy for a database that lacks migrations. */
export const deploy = "Run `npm run db:deploy`.";
/** It can only migrate the database once .env.local has its URL. */
const afterSetup = "`npm run db:deploy` creates the tables";

/**
 * Checks whether the database responds and has exactly the migrations of `prisma/migrations`.
 *
 * @param timeout of the connection and of the query, in seconds
 */
export async function checkDatabase(url: string, timeout: number): Promise<Finding> {
  const milliseconds = timeout * 1000;
  const factory = new PrismaPg({
    connectionString: url,
    connectionTimeoutMillis: milliseconds,
    query_timeout: milliseconds,
  });
  const database = await factory.connect();
  try {
    const sql = `SELECT migration_name, finished_at IS NOT NULL FROM _prisma_migrations WHERE rolled_back_at IS NULL`;
    const { rows } = await database.queryRaw({ sql, args: [], argTypes: [] });
    return compare(new Map(rows.map(([name, finished]) => [String(name), Boolean(finished)])));
  } catch (error) {
    return describe(error);
  } finally {
    await database.dispose();
  }
}

/** @param applied the migrations in the table `_prisma_migrations`, and whether they finished */
function compare(applied: ReadonlyMap<string, boolean>): Finding {
  const names = migrationNames();
  const failed = [...applied].flatMap(([name, finished]) => (finished ? [] : name));
  if (failed.length > 0)
    return problem(
      check,
      `the migration ${failed.join(", ")} failed halfway`,
      'Repair the tables, then run `npx prisma migrate resolve` (see "failed migrations" in Prisma\'s documentation).',
    );
  const missing = names.filter((name) => !applied.has(name));
  if (missing.length > 0)
    return { ...problem(check, `lacks the migrations ${missing.join(", ")}`, deploy), afterSetup };
  const newer = [...applied.keys()].filter((name) => !names.includes(name));
  return newer.length > 0
    ? warning(
        check,
        `has migrations that this code lacks: ${newer.join(", ")}`,
        "Check that this is the newest version of the code.",
      )
    : ok(check, "responds and has all migrations");
}

/** Messages of our own, because those of the errors contain users and hosts. */
const reasons: Record<string, [message: string, remedy: string]> = {
  TableDoesNotExist: ["responds, but is empty: it was never migrated", deploy],
  AuthenticationFailed: ["rejects the user or the password", "Check DATABASE_URL."],
  DatabaseAccessDenied: [
    "does not allow this user to connect",
    "Check DATABASE_URL and the permissions of its user. A server that requires TLS returns the same error: add `sslmode=require`.",
  ],
  DatabaseDoesNotExist: [
    "does not exist on its server",
    "Create it, or correct its name at the end of DATABASE_URL.",
  ],
  TlsConnectionError: [
    "the encrypted connection fails",
    "`sslmode=require` also verifies the certificate: add `sslrootcert=` with the CA file of your host, or use `sslmode=no-verify`.",
  ],
  TooManyConnections: [
    "has no connection left",
    "Use your host's pooled address, or allow more connections.",
  ],
  ENOENT: [
    "DATABASE_URL names a certificate file that does not exist",
    "Check sslrootcert, sslcert and sslkey.",
  ],
};

function describe(error: unknown): Finding {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const kind = isDriverAdapterError(error) ? error.cause.kind : code;
  const [message, remedy] = reasons[kind] ?? [
    "can't be reached",
    "Check host and port in DATABASE_URL, that the server is running, and that no firewall blocks the connection.",
  ];
  const finding = problem(check, message, remedy);
  return remedy === deploy ? { ...finding, afterSetup } : finding;
}
