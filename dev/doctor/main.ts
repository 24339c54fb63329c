import process from "node:process";
import { parseArgs } from "node:util";
import { readEnvironment } from "../environment";
import { print } from "../terminal.mjs";
import { diagnose } from "./diagnose";
import { printFindings } from "./report";

const usage = `npm run doctor -- [--url ADDRESS] [--env FILE] [--sign-in] [--json]

  --url ADDRESS  uses this address instead of AUTH_URL, and also checks the app that runs there
  --env FILE     reads this file instead of the .env files; the process environment overrides both
  --sign-in      also asks you to sign in, and checks that your tokens have the requested permissions;
                 the app must not be running
  --json         prints a list of { check, name, status, message, remedy }; use it with \`npm run --silent doctor\`

The exit code is 1 if there is a problem.`;

const options = {
  url: { type: "string" },
  env: { type: "string" },
  "sign-in": { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** @throws Error for arguments that `parseArgs` rejects, an invalid address or a missing file */
function readOptions(root: string, args: string[]) {
  const { url, env, ...flags } = parseArgs({ args, options }).values;
  if (url && !/^https?:$/.test(new URL(url).protocol))
    throw new Error("--url is not an http(s) address.");
  const isDeployed = Boolean(url ?? env) || process.env.NODE_ENV === "production";
  return { ...flags, url, values: readEnvironment(root, !isDeployed, env) };
}

/**
 * `npm run doctor`: checks the configuration and prints the findings.
 *
 * @param root the project's folder
 * @param args of the command line
 * @returns the exit code
 */
export async function runDoctor(root: string, args: string[]): Promise<number> {
  let read: ReturnType<typeof readOptions>;
  try {
    read = readOptions(root, args);
  } catch (error) {
    print(`${error instanceof Error ? error.message : "Unreadable"}\n\n${usage}`);
    return 1;
  }
  const { values, url, json, help } = read;
  if (help) {
    print(usage);
    return 0;
  }
  // Standard output may be JSON.
  const show = ({ href }: URL) => console.error(`Open this, and sign in: ${href}\n`);
  const findings = await diagnose({ values, root, url, signInAt: read["sign-in"] && show });
  if (json) print(JSON.stringify(findings, undefined, 2));
  else printFindings(findings);
  return findings.some(({ status }) => status === "problem") ? 1 : 0;
}
