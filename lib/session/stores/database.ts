import { hasDatabase } from "@/lib/database/client";
import { listRows, type ListedSession } from "@/lib/database/row-store";
import { users, type Users } from "@/lib/database/users";
import { usesRowStore } from "@/lib/env";
import type { Session } from "../model/session";

export type { ListedSession };
export { markRows } from "@/lib/database/mark-rows";

/** The users table; undefined without a database. */
export const usersTable = (): Users | undefined => (hasDatabase() ? users : undefined);

/**
 * Whether the user was deleted, for the cookie store with a database. (Rows of the row store are
 * deleted with their user.) False if the database does not respond.
 */
export async function isUserDeleted({ subject }: Session): Promise<boolean> {
  const table = usesRowStore() ? undefined : usersTable();
  if (!table) return false;
  return !(await table.exists(subject).catch(() => true));
}

/**
 * The sessions of the same user: this one first, then the last used ones. The cookie store knows
 * none.
 *
 * @throws DatabaseError
 */
export async function storedSessions(session: Session): Promise<ListedSession[]> {
  return usesRowStore() ? listRows(session) : [];
}
