import path from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { registered } from "../doctor/application";
import { developmentOrigin } from "../doctor/address";
import { deploy } from "../doctor/database";
import { diagnose } from "../doctor/diagnose";
import { printFindings } from "../doctor/report";
import { newSecret, readEnvironment, type Variables } from "../environment";
import { paint, print } from "../terminal.mjs";
import { issuerFrom } from "./endpoint";
import { readText, withValues, writeWhole } from "./env-file";
import { ask, SetupError } from "./prompt";

const usage = `npm run setup -- [flags]: writes .env.local for a Logto tenant. Asks for what no flag says, on a terminal.

  --endpoint URL       of the Logto tenant
  --app-id ID          of a "Traditional web" application
  --app-secret SECRET  its secret; "-" reads it from standard input
  --database-url URL   a PostgreSQL database, if any; "embedded": that of \`npm run dev\`
  --app-url URL        where the app is reached, if not at http://localhost:3000
  --yes                changes an existing .env.local
  --force              writes it in spite of what the doctor finds

Flags stay in the shell's history, and npm prints them. AUTH_LOGTO_SECRET and DATABASE_URL from the environment don't.`;

/**
 * @param root the project's folder
 * @param args of the command line
 * @returns the exit code: 1 where nothing was written, or a problem is left
 */
export async function runSetup(root: string, args: string[]): Promise<number> {
  try {
    const flags = readFlags(args);
    if (!flags.help) return await setUp(root, flags);
    print(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    print(`${paint("red", "✗")} ${error.message} Nothing was written.`);
    return 1;
  }
}

type Flags = ReturnType<typeof readFlags>;
type Answers = Record<string, string>;

/** @throws SetupError */
function readFlags(args: string[]) {
  const type = "string";
  const options = {
    endpoint: { type },
    "app-id": { type },
    "app-secret": { type },
    "database-url": { type },
    "app-url": { type },
    yes: { type: "boolean", default: false },
    force: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new SetupError(
      `${error instanceof Error ? error.message : "Unreadable"}\n\n${usage}\n\n`,
    );
  }
}

async function setUp(root: string, flags: Flags): Promise<number> {
  const set = readEnvironment(root);
  const answers = await answer(flags, set);
  const file = path.join(root, ".env.local");
  const interactive = mayAsk(flags);
  if (readText(file) && !flags.yes) {
    const names = Object.keys(answers).join(", ");
    if (!interactive) throw new SetupError(`.env.local exists; --yes writes ${names} into it.`);
    const reply = await ask(
      `.env.local exists. Write ${names} into it, and leave the rest as it is? [Y/n] `,
    );
    if (/^n/i.test(reply)) throw new SetupError("As you wish.");
  }
  const origin = new URL(answers.AUTH_URL ?? set.AUTH_URL ?? developmentOrigin).origin;
  printRegistration(origin);

  const look = async () => {
    const findings = await diagnose({ values: { ...set, ...answers }, root });
    printFindings(findings);
    const problems = findings.filter(({ status }) => status === "problem");
    // The tables can only be made once .env.local says where.
    const lacksTables = problems.some(({ remedy }) => remedy === deploy);
    return { lacksTables, hasProblem: problems.some(({ remedy }) => remedy !== deploy) };
  };
  let found = await look();
  while (found.hasProblem && !flags.force) {
    if (!interactive) throw new SetupError("--force writes .env.local in spite of that.");
    const reply = await ask(
      "  Enter checks again, w writes .env.local all the same, Ctrl-C leaves. ",
    );
    if (/^w/i.test(reply)) break;
    found = await look();
  }
  writeWhole(file, withValues(readText(file), answers));
  const next = found.lacksTables ? "`npm run db:deploy` makes the tables, then " : "";
  print(
    found.hasProblem
      ? `  ${paint("yellow", "!")} Wrote .env.local; what is marked above is still to be done.`
      : `  ${paint("green", "✓")} Wrote .env.local. ${next}\`npm run dev\` starts the app.`,
  );
  return found.hasProblem ? 1 : 0;
}

/** Not where standard input brings the secret. */
const mayAsk = (flags: Flags) =>
  process.stdin.isTTY && process.stdout.isTTY && flags["app-secret"] !== "-";

/**
 * @param set what is set already, and stays where nobody says otherwise
 * @returns the variables to write
 */
async function answer(flags: Flags, set: Variables): Promise<Answers> {
  /** @param fallback where nothing is said; "": it may be left out; undefined: it may not */
  const get = async (
    flag: Exclude<keyof Flags, "yes" | "force" | "help">,
    question: string,
    fallback: string | undefined,
  ) => {
    const isDecided = fallback !== undefined && (flags.yes || !mayAsk(flags));
    let reply = flags[flag] ?? (isDecided ? fallback : undefined);
    if (reply === undefined && !mayAsk(flags))
      throw new SetupError(`--${flag} is missing.\n\n${usage}\n\n`);
    const shown = /secret|database/.test(flag) ? "as it is" : fallback;
    const hint = fallback ? ` [${shown}]` : fallback === "" ? " [none]" : "";
    while (reply === undefined)
      reply = (await ask(`  ${question}${hint}: `, flag === "app-secret")) || fallback;
    return reply;
  };
  const AUTH_LOGTO_ISSUER = issuerFrom(
    await get("endpoint", "Logto endpoint", set.AUTH_LOGTO_ISSUER),
  );
  const AUTH_LOGTO_ID = await get("app-id", "App ID", set.AUTH_LOGTO_ID);
  const secret = await get("app-secret", "App secret", set.AUTH_LOGTO_SECRET);
  const AUTH_LOGTO_SECRET = secret === "-" ? (await text(process.stdin)).trim() : secret;
  const elsewhere = `Address of the app, if not ${developmentOrigin}`;
  const AUTH_URL = await get("app-url", elsewhere, set.AUTH_URL ?? "");
  const DATABASE_URL = await get("database-url", "PostgreSQL URL", set.DATABASE_URL ?? "");
  if (AUTH_URL && !isOrigin(AUTH_URL))
    throw new SetupError(
      `"${AUTH_URL}" is no web address such as https://app.example.com, without a path.`,
    );
  return {
    AUTH_LOGTO_ISSUER,
    AUTH_LOGTO_ID,
    AUTH_LOGTO_SECRET,
    ...(!set.AUTH_SECRET && { AUTH_SECRET: newSecret() }),
    ...(AUTH_URL && { AUTH_URL }),
    ...(DATABASE_URL && { DATABASE_URL }),
  };
}

/** An address without a path, a query or credentials; the slash at its end may be there. */
const isOrigin = (text: string) =>
  /^https?:/.test(text) &&
  URL.canParse(text) &&
  new URL(text).href.replace(/\/$/, "") === new URL(text).origin;

function printRegistration(origin: string): void {
  print(
    "\n  On the application's page in Logto's console (the last one where Logto can reach it, session required):",
  );
  for (const [field, uri] of Object.entries(registered(origin)))
    print(`    ${field.padEnd(28)} ${paint("cyan", uri)}`);
  print();
}
