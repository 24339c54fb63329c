import { afterAll, beforeAll, expect, it } from "vitest";
import { startEmbedded, type EmbeddedDatabase } from "../../dev/database/embedded";
import { applyMigrations, migrationDiff, readSchema } from "../../dev/database/migrations";

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
  // What is printed here is the SQL of the migration that is missing: `npm run db:migrate` writes it.
  expect(await migrationDiff(database.url, readSchema())).toBe("");
});

it("notices a column that no migration makes", async () => {
  const changed = readSchema().replace("model Session {", "model Session {\n  device String?");
  expect(await migrationDiff(database.url, changed)).toContain(
    'ALTER TABLE "Session" ADD COLUMN     "device" TEXT',
  );
});
