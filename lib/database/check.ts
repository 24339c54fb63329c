import { db, hasDatabase, query } from "./client";

/** How long the database may take to respond to the check, in milliseconds. */
const timeout = 2_000;

/** Checks whether the database responds, if there is one. @throws DatabaseError */
export async function checkDatabase(): Promise<void> {
  if (hasDatabase()) await query(db().$queryRaw`SELECT 1`, timeout);
}
