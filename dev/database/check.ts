import { Client } from "pg";
import { z } from "zod";
import { migrationNames } from "./migrations";
import type { Report } from "../doctor/findings";

/** The remedy for a database that lacks migrations. */
export const deploy = "Run `npm run db:deploy`.";

/** The migrations that were applied, and whether they finished. */
const applied = z.array(z.object({ name: z.string(), finished: z.boolean() }));
const query = `SELECT migration_name AS name, finished_at IS NOT NULL AS finished
  FROM _prisma_migrations WHERE rolled_back_at IS NULL`;

/**
 * Checks whether the database responds and has exactly the migrations of `prisma/migrations`.
 *
 * @param timeout of the connection and of the query, in seconds
 */
export async function checkDatabase(report: Report, url: string, timeout: number): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: timeout * 1000,
    query_timeout: timeout * 1000,
  });
  try {
    await client.connect();
    compare(report, applied.parse((await client.query(query)).rows));
  } catch (error) {
    report(faultOf(error));
  } finally {
    // A server that does not respond would not confirm the end of the connection.
    void client.end().catch(() => undefined);
  }
}

function compare(report: Report, rows: z.output<typeof applied>): void {
  const names = migrationNames();
  const failed = rows.filter(({ finished }) => !finished).map(({ name }) => name);
  const missing = names.filter((name) => rows.every((row) => row.name !== name));
  const newer = rows.map(({ name }) => name).filter((name) => !names.includes(name));
  if (failed.length > 0) report("failed migration", { names: failed.join(", ") });
  else if (missing.length > 0) report("lacks migrations", { names: missing.join(", ") });
  else if (newer.length > 0) report("newer", { names: newer.join(", ") });
}

/** PostgreSQL's messages contain users and hosts, so only the code of an error is used. */
function faultOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // Appendix A of PostgreSQL's manual.
  if (/^(42P01|28P01|28000|3D000|53300)$/.test(code)) return code;
  const text = error instanceof Error ? `${code} ${error.message}` : "";
  return /SSL|TLS|CERT|SIGNATURE/.test(text) ? "TLS" : "unreachable";
}
