import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { query } from "../../dev/database/databases";
import { startEmbedded, type EmbeddedDatabase } from "../../dev/database/embedded";
import { applyMigrations, migrationDiff, readSchema } from "../../dev/database/migrations";
import { checkDatabase } from "../../dev/doctor/database";

let database: EmbeddedDatabase;
let applied: string[];
const startMs = 60_000;

beforeAll(async () => {
  database = await startEmbedded({ port: 0 });
  applied = await applyMigrations(database.url);
}, startMs);

afterAll(() => database.close());

it("applies each migration once", async () => {
  expect(applied[0]).toMatch(/^\d{14}_init$/);
  expect(await applyMigrations(database.url)).toEqual([]);
});

it("leaves nothing between the migrations and the schema", async () => {
  // What is printed here is the SQL of the migration that is missing: `npm run db:migrate` writes
  // it.
  expect(await migrationDiff(database.url, readSchema())).toBe("");
});

it("notices a column that no migration makes", async () => {
  const changed = readSchema().replace("model Session {", "model Session {\n  device String?");
  expect(await migrationDiff(database.url, changed)).toContain(
    'ALTER TABLE "Session" ADD COLUMN     "device" TEXT',
  );
});

describe("npm run doctor", () => {
  const found = () => checkDatabase(database.url, 5);
  const finding = (status: string, message: string): unknown =>
    expect.objectContaining({ status, message: expect.stringContaining(message) });

  it("finds a database that has all migrations", async () => {
    expect(await found()).toEqual(finding("ok", "has all migrations"));
  });

  it.each([
    [
      "one that failed half-way",
      "UPDATE _prisma_migrations SET finished_at = NULL",
      "problem",
      "failed halfway",
    ],
    [
      "one that the code does not have",
      `UPDATE _prisma_migrations SET finished_at = now();
       INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', 'later', now())`,
      "warning",
      "this code lacks: later",
    ],
    [
      "those that are missing",
      "DELETE FROM _prisma_migrations",
      "problem",
      "lacks the migrations 20",
    ],
    [
      "a database that was never migrated",
      "DROP TABLE _prisma_migrations",
      "problem",
      "never migrated",
    ],
  ])("finds %s", async (_, sql, status, message) => {
    for (const statement of sql.split(";")) await query(database.url, statement);
    expect(await found()).toEqual(finding(status, message));
  });
});
