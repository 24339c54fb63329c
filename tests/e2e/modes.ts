import { type PrismaClient } from "@/generated/prisma/client";
import type { Variables } from "../../dev/environment";
import { openDatabase, type Engine } from "./databases";

/**
 * Where an app stores its sessions: in cookies without a database, in cookies with a database for
 * the users, or in the database.
 */
export type Mode = "jwt" | "jwt with a database" | "database";

/** Where an app stores its sessions and users. */
export interface Storage {
  mode: Mode;
  /** Environment variables that make an app use it. */
  variables: Variables;
  /** Lets tests read it; absent in mode `jwt`. */
  db?: PrismaClient;
  close(): Promise<void>;
}

/** No database, only cookies. */
export const cookiesAlone: Storage = { mode: "jwt", variables: {}, close: () => Promise.resolve() };

/** Opens empty storage for one app: users of different stand-ins must not share a database. */
export async function openStorage(mode: Mode, engine: Engine): Promise<Storage> {
  if (mode === "jwt") return cookiesAlone;
  const { url, db, close } = await openDatabase(engine);
  const strategy = mode === "database" ? "database" : "jwt";
  return { mode, variables: { AUTH_SESSION_STRATEGY: strategy, DATABASE_URL: url }, db, close };
}

/** How many session cookies a renewal sets: in mode `database` the browser's cookie stays. */
export const cookiesOfRenewal = ({ storage }: { storage: Storage }) =>
  storage.mode === "database" ? 0 : 1;
