import { z } from "zod";
import type { PrismaClient } from "@/generated/prisma/client";
import type { Storage } from "../e2e/storage";
import { openDatabase, type Engine } from "./databases";
import { readRow, writeRow } from "./session-row";

/** Storage in a database, which tests may read. */
export interface DatabaseStorage extends Storage {
  db: PrismaClient;
}

const isDatabase = (storage: Storage): storage is DatabaseStorage => "db" in storage;

/** The database of a test's app. @throws Error without one */
export function databaseOf(storage: Storage): PrismaClient {
  if (isDatabase(storage)) return storage.db;
  throw new Error("This test needs a database.");
}

/** The users in a database; the sessions stay in their cookies. */
export async function openUsers(engine: Engine): Promise<DatabaseStorage> {
  const { url, db, close } = await openDatabase(engine);
  const variables = { AUTH_SESSION_STRATEGY: "jwt", DATABASE_URL: url };
  return { variables, users: usersIn(db), db, close };
}

/** The users and the sessions in a database. */
export async function openRows(engine: Engine): Promise<DatabaseStorage> {
  const { url, db, close } = await openDatabase(engine);
  const variables = { AUTH_SESSION_STRATEGY: "database", DATABASE_URL: url };
  return { variables, users: usersIn(db), sessions: sessionsIn(db), db, close };
}

const usersIn = (db: PrismaClient): Storage["users"] => ({
  of: async (accountId) => {
    const users = await db.user.findMany({
      where: { accounts: { some: { providerAccountId: accountId } } },
      include: { accounts: true, sessions: true },
    });
    return users.map(({ accounts, sessions }) => ({
      accounts: accounts.map(({ providerAccountId }) => providerAccountId),
      sessions: sessions.length,
    }));
  },
  countWithoutAccount: () => db.user.count({ where: { accounts: { none: {} } } }),
});

const seen = z.array(z.object({ kind: z.string(), value: z.string() }));

const sessionsIn = (db: PrismaClient): Storage["sessions"] => ({
  read: (cookie, secret) => readRow(db, secret, cookie),
  write: (session, secret) => writeRow(db, secret, session),
  expire: async ({ sessionId }) => {
    await db.session.update({ where: { sessionId }, data: { expires: new Date(0) } });
  },
  secrets: async () => seen.parse(await db.$queryRaw`SELECT kind, value FROM seen`),
});
