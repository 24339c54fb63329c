import path from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { registered } from "../doctor/application";
import { developmentOrigin } from "../doctor/address";
import { diagnose } from "../doctor/diagnose";
import { printFindings } from "../doctor/report";
import { newSecret, readEnvironment, type Variables } from "../environment";
import { paint, print } from "../terminal.mjs";
import { issuerFrom } from "./endpoint";
import { readText, withValues, writeWhole } from "./env-file";
import { ask, SetupError } from "./prompt";

const usage = `npm run setup -- [flags]: writes .env.local for a Logto tenant. On a terminal, asks for missing values.

  --endpoint URL       of the Logto tenant
  --app-id ID          of a "Traditional web" application
  --app-secret SECRET  its secret; "-" reads it from standard input
  --database-url URL   a PostgreSQL database, if any; "embedded" is that of \`npm run dev\`
  --app-url URL        the address of the app, if not http://localhost:3000
  --yes                changes an existing .env.local
  --force              writes it even if the doctor finds problems

Flags stay in the shell's history, and npm prints them. To avoid that, set the variables themselves, such as AUTH_LOGTO_SECRET, in the environment.`;

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
type NewValues = Record<string, string>;

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
    throw new SetupError(
      `${error instanceof Error ? error.message : "Unreadable"}\n\n${usage}\n\n`,
    );
  }
}

async function setUp(root: string, flags: Flags): Promise<number> {
  const set = readEnvironment(root);
  const values = await collectValues(flags, set);
  const file = path.join(root, ".env.local");
  const interactive = canAsk(flags);
  if (readText(file) && !flags.yes) {
    const names = Object.keys(values).join(", ");
    if (!interactive)
      throw new SetupError(`.env.local exists. Use --yes to write ${names} into it.`);
    const reply = await ask(`.env.local exists. Write ${names} into it and keep the rest? [Y/n] `);
    if (/^n/i.test(reply)) throw new SetupError("Cancelled.");
  }
  const origin = new URL(values.AUTH_URL ?? set.AUTH_URL ?? developmentOrigin).origin;
  printRegistration(origin);

  const check = async () => {
    const findings = await diagnose({ values: { ...set, ...values }, root });
    printFindings(findings);
    const problems = findings.filter(({ status }) => status === "problem");
    const next = problems.flatMap(({ afterSetup }) => afterSetup ?? []);
    return { next, hasProblem: problems.length > next.length };
  };
  let found = await check();
  while (found.hasProblem && !flags.force) {
    if (!interactive) throw new SetupError("Use --force to write .env.local all the same.");
    const reply = await ask(
      "  Press Enter to check again, w to write .env.local all the same, Ctrl-C to quit. ",
    );
    if (/^w/i.test(reply)) break;
    found = await check();
  }
  writeWhole(file, withValues(readText(file), values));
  const next = found.next.map((text) => `${text}, then `).join("");
  print(
    found.hasProblem
      ? `  ${paint("yellow", "!")} Wrote .env.local. The problems above remain.`
      : `  ${paint("green", "✓")} Wrote .env.local. ${next}\`npm run dev\` starts the app.`,
  );
  return found.hasProblem ? 1 : 0;
}

/** False if standard input is no terminal or provides the secret. */
const canAsk = (flags: Flags) =>
  process.stdin.isTTY && process.stdout.isTTY && flags["app-secret"] !== "-";

/**
 * Takes the values from the flags, else from the user's replies.
 *
 * @param set the variables that are set already, used as defaults
 * @returns the variables to write
 */
async function collectValues(flags: Flags, set: Variables): Promise<NewValues> {
  /**
   * @param fallback the default; "": the value is optional; undefined: it is required
   * @param shown instead of a default that must not be shown
   */
  const get = async (
    flag: Exclude<keyof Flags, "yes" | "force" | "help">,
    question: string,
    fallback: string | undefined,
    shown = fallback,
  ) => {
    const isDecided = fallback !== undefined && (flags.yes || !canAsk(flags));
    let reply = flags[flag] ?? (isDecided ? fallback : undefined);
    if (reply === undefined && !canAsk(flags))
      throw new SetupError(`--${flag} is missing.\n\n${usage}\n\n`);
    const hint = fallback ? ` [${shown}]` : fallback === "" ? " [none]" : "";
    while (reply === undefined)
      reply = (await ask(`  ${question}${hint}: `, flag === "app-secret")) || fallback;
    return reply;
  };
  const AUTH_LOGTO_ISSUER = issuerFrom(
    await get("endpoint", "Logto endpoint", set.AUTH_LOGTO_ISSUER),
  );
  const AUTH_LOGTO_ID = await get("app-id", "App ID", set.AUTH_LOGTO_ID);
  const secret = await get("app-secret", "App secret", set.AUTH_LOGTO_SECRET, "unchanged");
  const AUTH_LOGTO_SECRET = secret === "-" ? (await text(process.stdin)).trim() : secret;
  const question = `Address of the app, if not ${developmentOrigin}`;
  const AUTH_URL = await get("app-url", question, set.AUTH_URL ?? "");
  const database = set.DATABASE_URL ?? "";
  const DATABASE_URL = await get("database-url", "PostgreSQL URL", database, "unchanged");
  if (AUTH_URL && !isOrigin(AUTH_URL))
    throw new SetupError(
      `"${AUTH_URL}" is not a web address without a path, such as https://app.example.com.`,
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

/** Whether an address has no path, query or credentials; a final slash is allowed. */
const isOrigin = (text: string) =>
  /^https?:/.test(text) &&
  URL.canParse(text) &&
  new URL(text).href.replace(/\/$/, "") === new URL(text).origin;

function printRegistration(origin: string): void {
  print(
    "\n  Enter on the application's page in Logto's console (the last one only if Logto can reach it; set it to require a session):",
  );
  for (const [field, uri] of Object.entries(registered(origin)))
    print(`    ${field.padEnd(28)} ${paint("cyan", uri)}`);
  print();
}
