import { randomBytes } from "node:crypto";
import process from "node:process";
import { PrismaPg } from "@prisma/adapter-pg";
import { applyMigrations } from "./migrations";
import { startPostgres } from "./postgres";

/** @returns the first column of each row, as text */
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
   * A database with the migrations and no rows, to make others from. Whoever connects to it keeps
   * them from being made.
   */
  template: string;
  close(): Promise<void>;
}

/**
 * A server for tests, with a migrated database to copy: TEST_DATABASE_URL where that is set (its
 * user has to be allowed to create databases), else one that is started.
 */
export async function startDatabases(): Promise<Databases> {
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? undefined : await startPostgres();
  const template = await createTemplate(given ?? server?.url ?? "");
  const close = async () => {
    // A server that was started goes with all that it holds.
    await (server ? server.close() : dropCopies(template));
  };
  return { template, close };
}

/**
 * @returns the address of a new database on the server of `url`, with the migrations and no rows
 */
async function createTemplate(url: string): Promise<string> {
  const name = `starter_${randomBytes(4).toString("hex")}`;
  await query(maintenance(url), `CREATE DATABASE "${name}"`);
  const template = withDatabase(url, name);
  await applyMigrations(template);
  return template;
}

/**
 * @param template of `createTemplate`
 * @param name in lower case, no other copy's
 * @returns the address of a copy
 */
export async function createDatabase(template: string, name: string): Promise<string> {
  const copy = `${nameOf(template)}_${name}`;
  await query(maintenance(template), `CREATE DATABASE "${copy}" TEMPLATE "${nameOf(template)}"`);
  return withDatabase(template, copy);
}

/** Drops the template with all copies, whoever is connected to them. */
async function dropCopies(template: string): Promise<void> {
  const like = nameOf(template);
  const url = maintenance(template);
  const names = await query(
    url,
    `SELECT datname FROM pg_database WHERE starts_with(datname, '${like}')`,
  );
  for (const name of names) await query(url, `DROP DATABASE "${name}" WITH (FORCE)`);
}
