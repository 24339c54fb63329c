import { afterAll, beforeAll } from "vitest";
import { db, lockDb } from "@/lib/database/client";
import { rowStore } from "@/lib/database/row-store";
import type { Session } from "@/lib/session/model/session";
import { applyMigrations } from "../../../dev/database/migrations";
import { startPostgres, type Postgres } from "../../postgres/server";
import { variables } from "../environment";
import { session } from "../sessions";

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

/** Begins a session in a row. @returns it, and the value of its cookie */
export async function begun(changes: Partial<Session> = {}) {
  const token = session(changes);
  return { token, cookie: await rowStore.begin(token, { userAgent: "Firefox" }) };
}

/** The session of a cookie, which must be there. */
export async function read(cookie: string): Promise<Session> {
  const found = await rowStore.read(cookie);
  if (typeof found !== "object") throw new Error("there is no session");
  return found;
}
