import { randomBytes } from "node:crypto";
import process from "node:process";
import { PrismaPg } from "@prisma/adapter-pg";
import { applyMigrations } from "../../dev/database/migrations";
import { startPostgres } from "./server";

/** Runs a query. @returns the first column of each row, as text */
export async function query(url: string, sql: string): Promise<string[]> {
  const database = await new PrismaPg({ connectionString: url }).connect();
  try {
    const { rows } = await database.queryRaw({ sql, args: [], argTypes: [] });
    return rows.map(([value]) => String(value));
  } finally {
    await database.dispose();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = name;
  return changed.href;
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);
const maintenance = (url: string) => withDatabase(url, "postgres");

/** Databases for tests, on one server. */
export interface Databases {
  /**
   * A database with the migrations and no rows, to create copies of. PostgreSQL can't copy it while
   * a client is connected to it.
   */
  template: string;
  close(): Promise<void>;
}

/**
 * Prepares a server for tests, with a migrated database to copy: that of TEST_DATABASE_URL if it is
 * set (its user must be allowed to create databases), else starts one.
 */
export async function startDatabases(): Promise<Databases> {
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? undefined : await startPostgres();
  const template = await createTemplate(given ?? server?.url ?? "");
  const close = async () => {
    // Closing a server that was started here deletes all its data.
    await (server ? server.close() : dropCopies(template));
  };
  return { template, close };
}

/**
 * Creates a database with the migrations and no rows on the server of `url`. @returns its address
 */
async function createTemplate(url: string): Promise<string> {
  const name = `starter_${randomBytes(4).toString("hex")}`;
  await query(maintenance(url), `CREATE DATABASE "${name}"`);
  const template = withDatabase(url, name);
  await applyMigrations(template);
  return template;
}

/**
 * Creates a copy of the template.
 *
 * @param template of `createTemplate`
 * @param name unique and in lower case
 * @returns the address of the copy
 */
export async function createDatabase(template: string, name: string): Promise<string> {
  const copy = `${nameOf(template)}_${name}`;
  await query(maintenance(template), `CREATE DATABASE "${copy}" TEMPLATE "${nameOf(template)}"`);
  return withDatabase(template, copy);
}

/** Drops the template and all copies, even if clients are connected to them. */
async function dropCopies(template: string): Promise<void> {
  const like = nameOf(template);
  const url = maintenance(template);
  const names = await query(
    url,
    `SELECT datname FROM pg_database WHERE starts_with(datname, '${like}')`,
  );
  for (const name of names) await query(url, `DROP DATABASE "${name}" WITH (FORCE)`);
}
