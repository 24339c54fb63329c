import { afterAll, expect, it } from "vitest";
import { query } from "../../postgres/databases";
import { startEmbedded } from "../../../dev/database/embedded";
import { applyMigrations, migrationDiff, readSchema } from "../../../dev/database/migrations";
import { diagnose } from "../../../dev/doctor/diagnose";
import { labels } from "../doctor";

const { url, close } = await startEmbedded({ port: 0 });
const applied = await applyMigrations(url);

afterAll(close);

it("applies each migration once", async () => {
  expect(applied[0]).toMatch(/^\d{14}_init$/);
  expect(await applyMigrations(url)).toEqual([]);
});

it("finds no difference between the migrations and the schema", async () => {
  // A failure prints the SQL of the missing migration. `npm run db:migrate` writes that migration.
  expect(await migrationDiff(url, readSchema())).toBe("");
});

it("reports a column that no migration creates", async () => {
  const changed = readSchema().replace("model Session {", "model Session {\n  device String?");
  expect(await migrationDiff(url, changed)).toContain(
    'ALTER TABLE "Session" ADD COLUMN     "device" TEXT',
  );
});

/** The doctor's last finding about the database. */
const check = async (DATABASE_URL = url) => {
  const findings = await diagnose({ values: { DATABASE_URL } });
  return findings.filter((each) => ["database", "variables"].includes(each.check)).slice(-1);
};

it("the doctor reports a certificate file that does not exist", async () => {
  const [found] = await check(`${url}?sslrootcert=/missing.pem`);
  expect(found?.message).toContain("certificate file");
});

const later = `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', 'later', now())`;

it.each([
  ["✓ database: ok", [], ""],
  ["✗ database: failed migration", ["UPDATE _prisma_migrations SET finished_at = NULL"], ""],
  ["! database: newer", ["UPDATE _prisma_migrations SET finished_at = now()", later], ": later"],
  ["✗ database: lacks migrations", ["DELETE FROM _prisma_migrations"], " 20"],
  ["✗ database: 42P01", ["DROP TABLE _prisma_migrations"], ""],
])("the doctor's finding is %s after %j", async (label, statements, names) => {
  for (const statement of statements) await query(url, statement);
  const found = await check();
  expect(labels(found)).toEqual([label]);
  expect(found[0]?.message).toContain(names);
});
