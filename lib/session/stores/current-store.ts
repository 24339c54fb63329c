import { hasDatabase } from "@/lib/database/client";
import { rowStore } from "@/lib/database/row-store";
import { users, type Users } from "@/lib/database/users";
import { usesRowStore } from "@/lib/env";
import { cookieStore } from "./cookie-store";
import type { SessionStore } from "./store";

export { usesRowStore };

/** The store that AUTH_SESSION_STRATEGY selects. Nothing else selects one. */
export const sessionStore = (): SessionStore => (usesRowStore() ? rowStore : cookieStore);

/** The users table; undefined without a database. */
export const usersTable = (): Users | undefined => (hasDatabase() ? users : undefined);
