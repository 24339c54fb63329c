import { type PrismaClient } from "@/generated/prisma/client";
import type { Variables } from "../../dev/environment";
import { openDatabase, type Engine } from "./databases";

/**
 * How an app keeps its sessions: in cookies alone, in cookies with a database beside them, or in
 * the database.
 */
export type Mode = "jwt" | "jwt with a database" | "database";

/** Where an app keeps what outlives a request. */
export interface Storage {
  mode: Mode;
  /** What makes an app use it. */
  variables: Variables;
  /** For tests to look into it; none in mode `jwt`. */
  db?: PrismaClient;
  close(): Promise<void>;
}

/** Nothing but cookies. */
export const cookiesAlone: Storage = { mode: "jwt", variables: {}, close: () => Promise.resolve() };

/** Storage of one app's own, empty: users of different stand-ins must not meet. */
export async function openStorage(mode: Mode, engine: Engine): Promise<Storage> {
  if (mode === "jwt") return cookiesAlone;
  const { url, db, close } = await openDatabase(engine);
  const strategy = mode === "database" ? "database" : "jwt";
  return { mode, variables: { AUTH_SESSION_STRATEGY: strategy, DATABASE_URL: url }, db, close };
}

/**
 * How many session cookies a renewal writes: in mode `database` the browser's cookie stays as it
 * is.
 */
export const cookiesOfRenewal = ({ storage }: { storage: Storage }) =>
  storage.mode === "database" ? 0 : 1;
