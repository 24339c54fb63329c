import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { query } from "../../postgres/databases";
import { startEmbedded, type EmbeddedDatabase } from "../../../dev/database/embedded";
import { applyMigrations, migrationDiff, readSchema } from "../../../dev/database/migrations";
import { diagnose } from "../../../dev/doctor/diagnose";

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

it("finds no difference between the migrations and the schema", async () => {
  // A failure prints the SQL of the missing migration. `npm run db:migrate` writes that migration.
  expect(await migrationDiff(database.url, readSchema())).toBe("");
});

it("reports a column that no migration creates", async () => {
  const changed = readSchema().replace("model Session {", "model Session {\n  device String?");
  expect(await migrationDiff(database.url, changed)).toContain(
    'ALTER TABLE "Session" ADD COLUMN     "device" TEXT',
  );
});

describe("npm run doctor", () => {
  const check = async (DATABASE_URL = database.url) => {
    const findings = await diagnose({ values: { DATABASE_URL } });
    return findings.filter(({ check }) => ["database", "variables"].includes(check)).at(-1);
  };
  const finding = (status: string, message: string): unknown =>
    expect.objectContaining({ status, message: expect.stringContaining(message) });

  it("accepts a database that has all migrations", async () => {
    expect(await check()).toEqual(finding("ok", "has all migrations"));
  });

  it("reports a certificate file that does not exist", async () => {
    const url = `${database.url}?sslrootcert=/missing.pem`;
    expect(await check(url)).toEqual(finding("problem", "certificate file"));
  });

  it.each([
    [
      "a migration that failed half-way",
      "UPDATE _prisma_migrations SET finished_at = NULL",
      "problem",
      "failed halfway",
    ],
    [
      "a migration that the code does not have",
      `UPDATE _prisma_migrations SET finished_at = now();
       INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', 'later', now())`,
      "warning",
      "this code lacks: later",
    ],
    ["missing migrations", "DELETE FROM _prisma_migrations", "problem", "lacks the migrations 20"],
    [
      "a database that was never migrated",
      "DROP TABLE _prisma_migrations",
      "problem",
      "never migrated",
    ],
  ])("reports %s", async (_, sql, status, message) => {
    for (const statement of sql.split(";")) await query(database.url, statement);
    expect(await check()).toEqual(finding(status, message));
  });
});
