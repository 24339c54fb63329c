import { PrismaPg } from "@prisma/adapter-pg";
import { isDriverAdapterError } from "@prisma/driver-adapter-utils";
import { migrationNames } from "../database/migrations";
import { ok, problem, warning, type Finding } from "./finding";

const check = "database";
/** What to do about a database that lacks migrations. */
export const deploy = "Run `npm run db:deploy`.";

/**
 * Looks whether the database answers, and has exactly the migrations of `prisma/migrations`.
 *
 * @param timeout of connecting and of the query, in seconds
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

/**
 * @param applied the names in the table `_prisma_migrations`, and whether they came to their end
 */
function compare(applied: ReadonlyMap<string, boolean>): Finding {
  const names = migrationNames();
  const failed = [...applied].flatMap(([name, finished]) => (finished ? [] : name));
  if (failed.length > 0)
    return problem(
      check,
      `the migration ${failed.join(", ")} failed half-way`,
      'Mend what it left, then `npx prisma migrate resolve` (see Prisma\'s "failed migrations").',
    );
  const missing = names.filter((name) => !applied.has(name));
  if (missing.length > 0)
    return problem(check, `lacks the migrations ${missing.join(", ")}`, deploy);
  const newer = [...applied.keys()].filter((name) => !names.includes(name));
  return newer.length > 0
    ? warning(
        check,
        `has migrations that are not here: ${newer.join(", ")}`,
        "Is this the newest version of the code?",
      )
    : ok(check, "answers, and is migrated");
}

/** The errors' own messages name users and hosts. */
const reasons: Record<string, [message: string, remedy: string]> = {
  TableDoesNotExist: ["answers, and is empty: it was never migrated", deploy],
  AuthenticationFailed: ["refuses the user or the password", "Look at DATABASE_URL."],
  DatabaseAccessDenied: [
    "does not let this user in",
    "Look at DATABASE_URL, and at the rights of its user. A server that wants TLS says the same: add `sslmode=require`.",
  ],
  DatabaseDoesNotExist: [
    "does not exist on its server",
    "Create it, or look at the end of DATABASE_URL.",
  ],
  TlsConnectionError: [
    "the encrypted connection fails",
    "`sslmode=require` also verifies the certificate: add `sslrootcert=` with the file of your host's authority, or say `sslmode=no-verify`.",
  ],
  TooManyConnections: [
    "has no connection left",
    "Use your host's pooled address, or allow more connections.",
  ],
};

function describe(error: unknown): Finding {
  const kind = isDriverAdapterError(error) ? error.cause.kind : "";
  const [message, remedy] = reasons[kind] ?? [
    "can't be reached",
    "Look at host and port in DATABASE_URL; is the server running, does a firewall let you in?",
  ];
  return problem(check, message, remedy);
}
