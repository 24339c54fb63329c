import path from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { confirm, select } from "@clack/prompts";
import { developmentOrigin, registered } from "../doctor/address";
import { diagnose } from "../doctor/diagnose";
import { printFindings } from "../doctor/report";
import { newSecret, readEnvironment, type Variables } from "../environment";
import { paint, print } from "../terminal.mjs";
import { issuerFrom } from "./endpoint";
import { readText, withValues, writeWhole } from "./env-file";
import { SetupError } from "./error";
import { askFor, replyTo } from "./questions";

const usage = `npm run setup -- [flags]: writes .env.local for a Logto tenant. On a terminal, asks for missing values.

  --endpoint URL       of the Logto tenant
  --app-id ID          of a "Traditional web" application
  --app-secret SECRET  its secret; "-" reads it from standard input
  --database-url URL   a PostgreSQL database, if any; "embedded" is that of \`npm run dev\`
  --app-url URL        the address of the app, if not http://localhost:3000
  --yes                changes an existing .env.local
  --force              writes it even if the doctor finds problems

Flags stay in the shell's history, and npm prints them. To avoid that, set the variables in the environment, such as AUTH_LOGTO_SECRET.`;

/**
 * `npm run setup`: asks for the missing values, checks them, and writes .env.local.
 *
 * @param root the project's folder
 * @param args of the command line
 * @returns the exit code: 1 if nothing was written or a problem remains
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

/** @throws SetupError for an unknown flag or a missing value */
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
    const message = error instanceof Error ? error.message : "Unreadable";
    throw new SetupError(`${message}\n\n${usage}\n\n`);
  }
}

/** False if standard input is no terminal or provides the secret. */
const canAsk = (flags: Flags) =>
  process.stdin.isTTY && process.stdout.isTTY && flags["app-secret"] !== "-";

async function setUp(root: string, flags: Flags): Promise<number> {
  const set = readEnvironment(root);
  const values = await collectValues(flags, set);
  const file = path.join(root, ".env.local");
  if (readText(file) && !flags.yes) {
    const names = Object.keys(values).join(", ");
    const message = `.env.local exists. Write ${names} into it and keep the rest?`;
    if (!canAsk(flags))
      throw new SetupError(`.env.local exists. Use --yes to write ${names} into it.`);
    if (!(await replyTo(confirm({ message })))) throw new SetupError("Cancelled.");
  }
  printRegistration(values.AUTH_URL ?? set.AUTH_URL ?? developmentOrigin);
  const { hasProblem, steps } = await check(root, { ...set, ...values }, flags);
  writeWhole(file, withValues(readText(file), values));
  const next = steps.map((step) => `${step}, then `).join("");
  print(
    hasProblem
      ? `  ${paint("yellow", "!")} Wrote .env.local. The problems above remain.`
      : `  ${paint("green", "✓")} Wrote .env.local. ${next}\`npm run dev\` starts the app.`,
  );
  return hasProblem ? 1 : 0;
}

/** Problems that only a command after the setup solves, by check and name of the finding. */
const later: Record<string, string> = {
  // One a line.
  "database: lacks migrations": "`npm run db:deploy` creates the tables",
  "database: 42P01": "`npm run db:deploy` creates the tables",
};

/**
 * Runs the doctor, as often as the user wants.
 *
 * @throws SetupError if there is a problem, and the values should not be written all the same
 */
async function check(root: string, values: Variables, flags: Flags) {
  for (;;) {
    const findings = await diagnose({ values, root });
    printFindings(findings);
    const problems = findings.filter(({ status }) => status === "problem");
    const steps = new Set(problems.flatMap(({ check, name }) => later[`${check}: ${name}`] ?? []));
    const hasProblem = problems.some(({ check, name }) => !later[`${check}: ${name}`]);
    const result = { hasProblem, steps: [...steps] };
    if (!hasProblem || flags.force) return result;
    if (!canAsk(flags)) throw new SetupError("Use --force to write .env.local all the same.");
    const options = [
      { value: false, label: "Check again" },
      { value: true, label: "Write .env.local all the same" },
    ];
    const message = "What next? Ctrl-C leaves everything unchanged.";
    if (await replyTo(select({ message, options }))) return result;
  }
}

/**
 * Takes the values from the flags, else from the user's replies.
 *
 * @param set the variables that are set already, used as defaults
 * @returns the variables to write
 */
async function collectValues(flags: Flags, set: Variables): Promise<Record<string, string>> {
  /** @param current the default; "": the value is optional; undefined: it is needed */
  const get = async (
    flag: Exclude<keyof Flags, "yes" | "force" | "help">,
    question: string,
    current: string | undefined,
  ) => {
    const given = flags[flag] ?? (flags.yes || !canAsk(flags) ? current : undefined);
    if (given !== undefined) return given;
    if (!canAsk(flags)) throw new SetupError(`--${flag} is missing.\n\n${usage}\n\n`);
    return askFor(question, current, /secret|database/.test(flag));
  };
  const endpoint = await get("endpoint", "Logto endpoint", set.AUTH_LOGTO_ISSUER);
  const AUTH_LOGTO_ISSUER = issuerFrom(endpoint);
  const AUTH_LOGTO_ID = await get("app-id", "App ID", set.AUTH_LOGTO_ID);
  const secret = await get("app-secret", "App secret", set.AUTH_LOGTO_SECRET);
  const AUTH_LOGTO_SECRET = secret === "-" ? (await text(process.stdin)).trim() : secret;
  const question = `Address of the app, if not ${developmentOrigin}`;
  const AUTH_URL = await get("app-url", question, set.AUTH_URL ?? "");
  const DATABASE_URL = await get("database-url", "PostgreSQL URL, if any", set.DATABASE_URL ?? "");
  return {
    AUTH_LOGTO_ISSUER,
    AUTH_LOGTO_ID,
    AUTH_LOGTO_SECRET,
    ...(!set.AUTH_SECRET && { AUTH_SECRET: newSecret() }),
    ...(AUTH_URL && { AUTH_URL }),
    ...(DATABASE_URL && { DATABASE_URL }),
  };
}

/** @param address of the app, which the doctor has not checked yet */
function printRegistration(address: string): void {
  if (!URL.canParse(address)) return;
  print(
    "\n  Enter on the application's page in Logto's console (the last one only if Logto can reach it; set it to require a session):",
  );
  for (const [field, uri] of Object.entries(registered(new URL(address).origin)))
    print(`    ${field.padEnd(28)} ${paint("cyan", uri)}`);
  print();
}
