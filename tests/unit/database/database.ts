import { afterAll, beforeAll } from "vitest";
import { db, lockDb } from "@/lib/database/client";
import { applyMigrations } from "../../../dev/database/migrations";
import { startPostgres, type Postgres } from "../../postgres/server";
import { variables } from "../environment";

/** Gives the tests of a file or a group a database with the app's tables. */
export function useDatabase(): void {
  let database: Postgres;

  beforeAll(async () => {
    database = await startPostgres();
    await applyMigrations(database.url);
    variables.DATABASE_URL = database.url;
  }, 60_000);

  afterAll(async () => {
    await Promise.all([db().$disconnect(), lockDb().$disconnect()]);
    await database.close();
  });
}
