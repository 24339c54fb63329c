import process from "node:process";
import { parseArgs } from "node:util";
import { readEnvironment, type Variables } from "../environment";
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

type Options = ReturnType<typeof readOptions>;

/** @throws Error for arguments that `parseArgs` rejects, or an invalid address */
function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: "string" },
      env: { type: "string" },
      "sign-in": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.url && !/^https?:$/.test(new URL(values.url).protocol))
    throw new Error("--url is not an http(s) address.");
  const deployed = Boolean(values.url ?? values.env) || process.env.NODE_ENV === "production";
  return { ...values, deployed };
}

/**
 * `npm run doctor`: checks the configuration and prints the findings.
 *
 * @param root the project's folder
 * @param args of the command line
 * @returns the exit code
 */
export async function runDoctor(root: string, args: string[]): Promise<number> {
  let options: Options;
  let values: Variables;
  try {
    options = readOptions(args);
    values = readEnvironment(root, !options.deployed, options.env);
  } catch (error) {
    print(`${error instanceof Error ? error.message : "Unreadable"}\n\n${usage}`);
    return 1;
  }
  const { url, json, deployed, help, "sign-in": signIn } = options;
  if (help) {
    print(usage);
    return 0;
  }
  const findings = await diagnose({
    values: { ...values, ...(deployed && { NODE_ENV: "production" }) },
    root,
    url,
    // Standard output may be JSON.
    signInAt: signIn ? ({ href }) => console.error(`Open this, and sign in: ${href}\n`) : undefined,
  });
  if (json) print(JSON.stringify(findings, undefined, 2));
  else printFindings(findings);
  return findings.some(({ status }) => status === "problem") ? 1 : 0;
}
