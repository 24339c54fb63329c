import { hasDatabase } from "@/lib/database/client";
import { rowStore } from "@/lib/database/row-store";
import { users, type Users } from "@/lib/database/users";
import { usesRows } from "@/lib/env";
import { cookieStore } from "./cookie-store";
import type { SessionStore } from "./store";

export { usesRows };

/** The store that AUTH_SESSION_STRATEGY names. The only place that chooses one. */
export const sessionStore = (): SessionStore => (usesRows() ? rowStore : cookieStore);

/** The users, where there is a database. */
export const currentUsers = (): Users | undefined => (hasDatabase() ? users : undefined);
