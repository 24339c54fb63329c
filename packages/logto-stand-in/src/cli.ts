import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import type { Mail } from "./mail.js";
import { seedTenant } from "./seed.js";
import { startLogto, type StandIn } from "./server.js";
import { defaultPassword, tenantSchema, type Tenant } from "./tenant.js";

const help = `Starts a local stand-in for Logto.

  --redirect-uri URI              where a sign-in returns to; may be repeated; required
  --port PORT                     3001 unless set
  --post-logout-redirect-uri URI  where a sign-out may return to; may be repeated;
                                  the origins of the redirect URIs unless set
  --backchannel-logout-uri URI    where logout tokens are sent; none unless set
  --client-id ID                  local-app unless set
  --client-secret SECRET          local-app-secret unless set
  --users FILE                    JSON with people, roles, organizations and APIs (see README.md);
                                  alice, bob and carol unless set
  --data FOLDER                   where accounts, sessions and keys are stored; in memory unless set
  --control                       lets tests change lifetimes and the clock, and inject faults
  --help                          prints this
`;

/** A mistake in the command line or in the file that it names. The message is for the user. */
export class UsageError extends Error {}

const url = z.url({ protocol: /^https?$/, error: "is not an http or https URL" });
const optionsSchema = z.object({
  port: z.coerce.number("is not a number").pipe(z.int("is not a port").min(0).max(65_535)),
  "redirect-uri": z.array(url, "is missing").min(1),
  "post-logout-redirect-uri": z.array(url).optional(),
  "backchannel-logout-uri": url.optional(),
  "client-id": z.string().min(1, "is empty"),
  "client-secret": z.string().min(1, "is empty"),
  users: z.string().optional(),
  data: z.string().optional(),
  control: z.boolean(),
});

/**
 * Runs the command line: starts a stand-in and prints how to sign in to it.
 *
 * @param args the command line without the program
 * @returns the stand-in, or undefined for `--help`
 * @throws UsageError
 */
export async function runCli(args: string[]): Promise<StandIn | undefined> {
  const options = parse(args);
  if (options === "help") {
    console.log(help);
    return undefined;
  }
  const client = { clientId: options["client-id"], clientSecret: options["client-secret"] };
  const redirectUris = options["redirect-uri"];
  const tenant = options.users === undefined ? seedTenant : readTenant(options.users);
  const dataFile = options.data === undefined ? undefined : path.join(options.data, "logto.json");
  if (options.users && dataFile && existsSync(dataFile))
    console.log(`The people are those of ${dataFile}. Delete it to start with ${options.users}.\n`);
  const standIn = await start({
    port: options.port,
    tenant,
    dataFile,
    control: options.control,
    onMail: printMail,
    clients: [
      {
        ...client,
        redirectUris,
        postLogoutRedirectUris:
          options["post-logout-redirect-uri"] ?? redirectUris.flatMap(originsOf),
        backchannelLogoutUri: options["backchannel-logout-uri"],
        backchannelLogoutSessionRequired: options["backchannel-logout-uri"] !== undefined,
      },
    ],
  });
  console.log(`Issuer         ${standIn.issuer}`);
  console.log(`Client id      ${client.clientId}`);
  console.log(`Client secret  ${client.clientSecret}`);
  console.log(`Redirect URI   ${redirectUris.join(", ")}`);
  console.log(`People         ${peopleOf(tenant).join("\n               ")}`);
  return standIn;
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string", default: "3001" },
        "redirect-uri": { type: "string", multiple: true },
        "post-logout-redirect-uri": { type: "string", multiple: true },
        "backchannel-logout-uri": { type: "string" },
        "client-id": { type: "string", default: "local-app" },
        "client-secret": { type: "string", default: "local-app-secret" },
        users: { type: "string" },
        data: { type: "string" },
        control: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    return values.help ? "help" : optionsSchema.parse(values);
  } catch (error) {
    if (error instanceof z.ZodError)
      throw new UsageError(
        error.issues.map(({ path, message }) => `--${String(path[0])} ${message}`).join("\n"),
      );
    if (error instanceof TypeError) throw new UsageError(error.message.replace(/\. .*/s, ""));
    throw error;
  }
}

function readTenant(file: string): Tenant {
  try {
    return tenantSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const isInvalid = error instanceof z.ZodError;
    const reason = isInvalid ? `\n${z.prettifyError(error)}` : ` ${String(error)}`;
    throw new UsageError(`--users ${file}:${reason}`);
  }
}

async function start(options: Parameters<typeof startLogto>[0]): Promise<StandIn> {
  try {
    return await startLogto(options);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
      throw new UsageError(`Port ${options.port} is in use. Choose another with --port.`);
    throw error;
  }
}

/** Returns one line for each password, with the people who have it. */
function peopleOf({ users }: Tenant): string[] {
  const passwords = new Set(users.map(({ password = defaultPassword }) => password));
  return [...passwords].map((each) => {
    const people = users
      .filter(({ password = defaultPassword }) => password === each)
      .map(({ username, roles }) =>
        roles.length ? `${username} (${roles.join(", ")})` : username,
      );
    return `${people.join(", ")}; password ${each}`;
  });
}

function printMail({ to, subject, text }: Mail): void {
  console.log(`\nMail to ${to}: ${subject}\n\n${text}\n`);
}

/**
 * Returns the origin with and without a trailing slash, because the provider compares URIs exactly.
 */
function originsOf(uri: string): string[] {
  const { origin } = new URL(uri);
  return [origin, `${origin}/`];
}
