import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { query } from "../../postgres/databases";
import { startEmbedded } from "../../../dev/database/embedded";
import { applyMigrations } from "../../../dev/database/migrations";
import { startPostgres } from "../../postgres/server";
import { temporaryFolder, writeIn } from "../temporary-folder";

const [postgres, embedded] = await Promise.all([startPostgres(), startEmbedded({ port: 0 })]);
afterAll(() => Promise.all([postgres.close(), embedded.close()]));

/** Writes migrations to a temporary folder. @param scripts their names and SQL */
function migrations(scripts: Record<string, string>): URL {
  const folder = temporaryFolder({ "migration_lock.toml": 'provider = "postgresql"\n' });
  for (const [name, sql] of Object.entries(scripts)) writeIn(folder, `${name}/migration.sql`, sql);
  return pathToFileURL(`${folder}/`);
}

const tables = (url: string) =>
  query(
    url,
    `SELECT table_name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_name <> '_prisma_migrations' ORDER BY 1`,
  );

/** @returns the address of a new, empty database */
async function newDatabase(name: string): Promise<string> {
  await query(postgres.url, `CREATE DATABASE ${name}`);
  return postgres.url.replace(/postgres$/, name);
}

describe.each(["postgres", "embedded"])("a migration of the %s database", (server) => {
  // The embedded Postgres has only one database.
  const open = async (name: string) => {
    if (server === "postgres") return newDatabase(name);
    await query(embedded.url, "DROP SCHEMA public CASCADE");
    await query(embedded.url, "CREATE SCHEMA public");
    return embedded.url;
  };

  test("may have a `;` in a string, a comment and a function", async () => {
    const url = await open("semicolons");
    const script = `-- first; second
      CREATE TABLE words (word text DEFAULT 'a;b');
      CREATE FUNCTION twice(n int) RETURNS int LANGUAGE plpgsql AS $$
        BEGIN n := n * 2; RETURN n; END;
      $$;
      /* a; b */ INSERT INTO words DEFAULT VALUES;`;
    const folder = migrations({ "1_words": script, "2_empty": "-- nothing yet" });
    expect(await applyMigrations(url, folder)).toEqual(["1_words", "2_empty"]);
    expect(await query(url, "SELECT word || twice(21) FROM words")).toEqual(["a;b42"]);
  });

  test("is rolled back if a statement fails, and blocks the migrations after it", async () => {
    const url = await open("failing");
    const folder = migrations({
      "1_first": "CREATE TABLE first (id int);",
      "2_fails": "CREATE TABLE half (id int); CREATE TABLE other (id nonsense);",
      "3_later": "CREATE TABLE later (id int);",
    });
    await expect(applyMigrations(url, folder)).rejects.toThrow('type "nonsense" does not exist');
    expect(await tables(url)).toEqual(["first"]);
    await expect(applyMigrations(url, folder)).rejects.toThrow("`2_fails` migration started at");
    expect(await tables(url)).toEqual(["first"]);
  });
});

test("two deployments at once apply each migration once: one waits for the other's lock", async () => {
  const url = await newDatabase("two_at_once");
  const folder = migrations({
    "1_slow": "CREATE TABLE first (id int); SELECT pg_sleep(0.5);",
    "2_next": "CREATE TABLE second (id int);",
  });
  const applied = await Promise.all([applyMigrations(url, folder), applyMigrations(url, folder)]);
  expect(applied.sort((a, b) => a.length - b.length)).toEqual([[], ["1_slow", "2_next"]]);
});
