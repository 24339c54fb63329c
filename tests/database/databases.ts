import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { PrismaPg } from "@prisma/adapter-pg";
import { z } from "zod";
import { PrismaClient } from "@/generated/prisma/client";
import { createDatabase, query, startDatabases } from "../postgres/databases";
import { startEmbedded } from "../../dev/database/embedded";
import { applyMigrations } from "../../dev/database/migrations";

/** What a database runs on: PGlite, as in `npm run dev`, or a PostgreSQL server. */
export type Engine = "embedded" | "postgres";

/** A migrated, empty database. */
interface Database {
  url: string;
  db: PrismaClient;
  close(): Promise<void>;
}

/**
 * Records every secret that any session row ever had, so that leaks.ts can search for it after the
 * row is gone.
 */
const observation = [
  `CREATE TABLE seen (value text PRIMARY KEY, kind text NOT NULL)`,
  `CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO public.seen
     SELECT * FROM (VALUES
       (NEW.sid, 'session id'), (NEW."sealedTokens", 'sealed tokens'), (NEW."sessionToken", 'hash of a cookie')
     ) AS secrets (value, kind) WHERE value IS NOT NULL ON CONFLICT DO NOTHING;
     RETURN NEW;
   END $$`,
  `CREATE TRIGGER see AFTER INSERT OR UPDATE OF "sealedTokens" ON "Session" FOR EACH ROW EXECUTE FUNCTION see()`,
];

async function observe(url: string): Promise<void> {
  for (const statement of observation) await query(url, statement);
}

/**
 * Prepares the template database of a PostgreSQL server, and a folder for PGlite's databases. The
 * workers make their databases from these.
 *
 * @returns stops and removes both
 */
export async function prepareDatabases(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(tmpdir(), "e2e-"));
  const { template, close } = await startDatabases();
  await observe(template);
  // The workers are other processes, and inherit these variables.
  Object.assign(process.env, { E2E_FOLDER: folder, E2E_TEMPLATE: template });
  return async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  };
}

const prepared = z.object({ E2E_FOLDER: z.string(), E2E_TEMPLATE: z.string() });
let made = 0;
/** The folder that each PGlite of this worker is a copy of: initializing one takes seconds. */
let original: Promise<string> | undefined;

async function makeOriginal(folder: string): Promise<string> {
  const dataDir = path.join(folder, `${process.pid}_original`);
  const { url, close } = await startEmbedded({ port: 0, dataDir });
  await applyMigrations(url);
  await observe(url);
  await close();
  return dataDir;
}

/**
 * Makes a database for one app.
 *
 * @param engine TEST_ENGINE=swap uses the other one, so that each mode can be tested on both
 */
export async function openDatabase(engine: Engine): Promise<Database> {
  const { E2E_FOLDER: folder, E2E_TEMPLATE: template } = prepared.parse(process.env);
  const name = `${process.pid}_${(made += 1)}`;
  const isEmbedded = (engine === "embedded") !== (process.env.TEST_ENGINE === "swap");
  const server = isEmbedded ? await openEmbedded(folder, name) : undefined;
  const url = server?.url ?? (await createDatabase(template, name));
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 2 }) });
  const close = async () => {
    await db.$disconnect();
    await server?.close();
  };
  return { url, db, close };
}

async function openEmbedded(folder: string, name: string) {
  const dataDir = path.join(folder, name);
  original ??= makeOriginal(folder);
  cpSync(await original, dataDir, { recursive: true });
  return startEmbedded({ port: 0, dataDir });
}
