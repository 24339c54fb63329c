import path from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { confirm } from "@clack/prompts";
import { developmentOrigin, registered } from "../doctor/address";
import { diagnose } from "../doctor/diagnose";
import type { Finding } from "../doctor/findings";
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

const options = {
  endpoint: { type: "string" },
  "app-id": { type: "string" },
  "app-secret": { type: "string" },
  "app-url": { type: "string" },
  "database-url": { type: "string" },
  yes: { type: "boolean" },
  force: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** For each value: its flag, its variable, and the question. */
const questions = [
  ["endpoint", "AUTH_LOGTO_ISSUER", "Logto endpoint"],
  ["app-id", "AUTH_LOGTO_ID", "App ID"],
  ["app-secret", "AUTH_LOGTO_SECRET", "App secret"],
  ["app-url", "AUTH_URL", `Address of the app, if not ${developmentOrigin}`],
  ["database-url", "DATABASE_URL", "PostgreSQL URL, if any"],
] as const;

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
  try {
    const flags = parseArgs({ args, options }).values;
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
    // Standard input can't provide both the secret and replies.
    return { ...flags, canAsk: isTerminal && flags["app-secret"] !== "-" };
  } catch (error) {
    const message = error instanceof Error ? error.message : "Unreadable";
    throw new SetupError(`${message}\n\n${usage}\n\n`);
  }
}

async function setUp(root: string, flags: Flags): Promise<number> {
  const set = readEnvironment(root);
  const values = await collectValues(flags, set);
  const file = path.join(root, ".env.local");
  if (readText(file) && !flags.yes) {
    const names = Object.keys(values).join(", ");
    if (!flags.canAsk)
      throw new SetupError(`.env.local exists. Use --yes to write ${names} into it.`);
    const message = `.env.local exists. Write ${names} into it and keep the rest?`;
    if (!(await replyTo(confirm({ message })))) throw new SetupError("Cancelled.");
  }
  printRegistration(values.AUTH_URL ?? set.AUTH_URL ?? developmentOrigin);
  const problems = await findProblems(root, { ...set, ...values }, flags);
  writeWhole(file, withValues(readText(file), values));
  const isReady = problems.every(isLater);
  const next = [...problems.map(({ remedy }) => remedy), "`npm run dev` starts the app."].join(" ");
  print(
    isReady
      ? `  ${paint("green", "✓")} Wrote .env.local. ${next}`
      : `  ${paint("yellow", "!")} Wrote .env.local. The problems above remain.`,
  );
  return isReady ? 0 : 1;
}

/** Whether only a command after the setup solves this problem. */
const isLater = ({ remedy = "" }: Finding) => /^(Run|Restart) `npm run /.test(remedy);

/**
 * Runs the doctor, as often as the user wants.
 *
 * @throws SetupError if there is a problem, and the values should not be written all the same
 */
async function findProblems(root: string, values: Variables, flags: Flags): Promise<Finding[]> {
  for (;;) {
    const findings = await diagnose({ values, root });
    printFindings(findings);
    const problems = findings.filter(({ status }) => status === "problem");
    if (flags.force || problems.every(isLater)) return problems;
    if (!flags.canAsk)
      throw new SetupError(
        "Correct what is listed above and run it again, or use --force to write .env.local anyway.",
      );
    const message = "What next? Ctrl-C leaves everything unchanged.";
    const labels = { active: "Check again", inactive: "Write .env.local all the same" };
    if (!(await replyTo(confirm({ message, ...labels })))) return problems;
  }
}

/**
 * Takes the values from the flags, else from the user's replies.
 *
 * @param set the variables that are set already, used as defaults
 * @returns the variables to write
 */
async function collectValues(flags: Flags, set: Variables): Promise<Record<string, string>> {
  const values: Record<string, string> = set.AUTH_SECRET ? {} : { AUTH_SECRET: newSecret() };
  for (const [flag, variable, question] of questions) {
    const current = set[variable] ?? (question.includes(", if ") ? "" : undefined);
    const isSecret = /secret|database/.test(flag);
    const isAsked = flags.canAsk && (!flags.yes || current === undefined);
    const unlessGiven = () => (isAsked ? askFor(question, current, isSecret) : current);
    const value = flags[flag] ?? (await unlessGiven());
    if (value === undefined) throw new SetupError(`--${flag} is missing.\n\n${usage}\n\n`);
    if (flag === "endpoint") values[variable] = issuerFrom(value);
    else if (value) values[variable] = value;
  }
  if (values.AUTH_LOGTO_SECRET === "-")
    values.AUTH_LOGTO_SECRET = (await text(process.stdin)).trim();
  return values;
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
