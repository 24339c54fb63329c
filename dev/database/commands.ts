import process from "node:process";
import { PrismaPg } from "@prisma/adapter-pg";
import { z } from "zod";
import { alsoEnd, start } from "../children.mjs";
import { databaseUrl } from "../../lib/database-url";
import { readEnvironment } from "../environment";
import { ensureGenerated } from "./generate";
import { nextFreePort } from "../ports";
import { print } from "../terminal.mjs";
import { databaseServer } from "./choice";
import { embeddedData, runningAt } from "./claim";
import { startEmbedded } from "./embedded";
import { applyMigrations } from "./migrations";
import { preferredPort } from "./service";

/** The commands that Prisma runs. */
const prismaCommands: Record<string, string[]> = {
  migrate: ["migrate", "dev"],
  deploy: ["migrate", "deploy"],
  reset: ["migrate", "reset"],
  studio: ["studio"],
};

/**
 * Runs one of the `db:` scripts on the server of DATABASE_URL, else on the embedded Postgres. That
 * is the one of `npm run dev` while it runs, else one that is started for the command.
 *
 * @param root the project's folder
 * @param args the command, and arguments for Prisma
 * @returns the exit code
 */
export async function runDatabaseCommand(
  root: string,
  [command = "", ...args]: readonly string[],
): Promise<number> {
  const prisma = prismaCommands[command];
  if (!prisma && command !== "clean") throw new Error(`There is no database command "${command}".`);
  const values = readEnvironment(root);
  const server = databaseServer(values);
  // Otherwise a deployment that lacks the variable would migrate a database that no app uses, and
  // continue.
  if (command === "deploy" && !server) {
    print(
      "DATABASE_URL does not name a server. `npm run dev` migrates its embedded database itself.",
    );
    return 1;
  }
  const unpooled = (server && values.DATABASE_URL_UNPOOLED) ?? server;
  if (command === "deploy" && unpooled && values.DB_ENGINE) {
    if (values.DB_ENGINE === "wasm") return deployWithWasm(unpooled);
    print("DB_ENGINE must be wasm. Leave it unset to use the engine that Prisma downloads.");
    return 1;
  }
  if (command !== "deploy") await ensureGenerated(root);
  const url = server ?? (await openEmbedded(root, !prisma || command === "studio"));
  if (!prisma) return clean(url);
  // `migrate dev` tests the migrations on an empty database; PGlite has only one database.
  const shadow =
    values.SHADOW_DATABASE_URL ??
    (command === "migrate" && !server ? await startForCommand({ port: 0 }) : undefined);
  const child = start(
    process.execPath,
    ["node_modules/prisma/build/index.js", ...prisma, ...args],
    {
      cwd: root,
      env: {
        DATABASE_URL: url,
        DATABASE_URL_UNPOOLED: unpooled ?? url,
        ...(shadow ? { SHADOW_DATABASE_URL: shadow } : {}),
      },
      output: "inherit",
    },
  );
  const code = await child.exited;
  // `migrate dev` does not generate the client.
  if (command === "migrate" && code === 0) await ensureGenerated(root);
  return code;
}

/** `prisma migrate deploy` where its engine can't be downloaded. */
async function deployWithWasm(url: string): Promise<number> {
  try {
    const applied = await applyMigrations(databaseUrl.parse(url));
    print(applied.length > 0 ? `Applied: ${applied.join(", ")}.` : "All migrations are applied.");
    return 0;
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? `the database URL ${error.issues[0]?.message}`
        : error instanceof Error && error.message;
    print(`The migrations were not applied: ${reason}`);
    return 1;
  }
}

/** @param migrated whether the command needs the tables */
async function openEmbedded(root: string, migrated: boolean): Promise<string> {
  const running = await runningAt(embeddedData(root));
  if (running) return running;
  const port = await nextFreePort(preferredPort);
  const url = await startForCommand({ port, dataDir: embeddedData(root) });
  if (migrated) await applyMigrations(url);
  return url;
}

async function startForCommand(options: Parameters<typeof startEmbedded>[0]): Promise<string> {
  const database = await startEmbedded(options);
  alsoEnd(() => database.close());
  return database.url;
}

async function clean(url: string): Promise<number> {
  // Imported here, because on a fresh clone the client has just been generated.
  const { PrismaClient } = await import("../../generated/prisma/client");
  const { deleteExpired } = await import("../../lib/database/clean");
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
  try {
    const { sessions } = await deleteExpired(prisma);
    print(`Expired sessions deleted: ${sessions}.`);
    return 0;
  } finally {
    await prisma.$disconnect();
  }
}
