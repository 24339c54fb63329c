import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { MigrationList } from "@prisma/schema-engine-wasm/schema_engine_bg";
import { withSchemaEngine } from "./engine";

const prisma = new URL("../../prisma/", import.meta.url);
const committed = new URL("migrations/", prisma);
const filters = { externalTables: [], externalEnums: [] };

/**
 * @param folder of migrations. Default: the committed ones
 * @returns their names, oldest first
 */
export const migrationNames = (folder = committed): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/** The migrations of a folder, in the format of Prisma's schema engine. */
function migrations(folder: URL): MigrationList {
  const read = (name: string) => readFileSync(new URL(name, folder), "utf8");
  return {
    baseDir: fileURLToPath(folder),
    lockfile: { path: "migration_lock.toml", content: read("migration_lock.toml") },
    shadowDbInitScript: "",
    migrationDirectories: migrationNames(folder).map((name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok", value: read(`${name}/migration.sql`) },
      },
    })),
  };
}

/** The text of `prisma/schema.prisma`. */
export const readSchema = (): string => readFileSync(new URL("schema.prisma", prisma), "utf8");

/**
 * Does what `prisma migrate deploy` does, including its records in the table `_prisma_migrations`.
 *
 * @param folder of migrations. Default: the committed ones
 * @returns the names of the migrations that were new to this database
 * @throws Error of the schema engine
 */
export async function applyMigrations(url: string, folder = committed): Promise<string[]> {
  const list = { migrationsList: migrations(folder), filters };
  const { appliedMigrationNames } = await withSchemaEngine(url, (engine) =>
    engine.applyMigrations(list),
  );
  return appliedMigrationNames;
}

/**
 * @param url of a database
 * @param schema text of a Prisma schema
 * @returns the SQL that would change the database to match the schema; empty if it matches
 * @throws Error of the schema engine
 */
export async function migrationDiff(url: string, schema: string): Promise<string> {
  const files = [{ path: fileURLToPath(new URL("schema.prisma", prisma)), content: schema }];
  const { exitCode, stdout } = await withSchemaEngine(url, (engine) =>
    engine.diff({
      from: { tag: "schemaDatasource", files, configDir: fileURLToPath(prisma) },
      to: { tag: "schemaDatamodel", files },
      script: true,
      exitCode: true,
      filters,
    }),
  );
  return exitCode === 0 ? "" : (stdout ?? "");
}
