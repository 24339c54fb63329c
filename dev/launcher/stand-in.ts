import path from "node:path";
import { seedPassword, seedPeople } from "../../packages/logto-stand-in/src/seed";
import { alsoEnd } from "../children.mjs";
import { namesTenant, unlessSet, type Variables } from "../environment";
import { nextFreePort } from "../ports";
import { machineClient } from "../machine-client";
import { appClient, appVariables, appWebhook } from "../stand-in";
import { paint, print, printRow } from "../terminal.mjs";
import type { PreparedService, Service } from "./service";

const preferredPort = 3001;

/**
 * The stand-in for Logto, unless the variables name a tenant.
 *
 * @param root the project's folder
 * @throws LaunchError if only some variables of a tenant are set
 */
export function standInService(root: string, values: Variables): Service {
  const hasTenant = namesTenant(values);
  return {
    prepare: async (app) => (hasTenant ? tenant(values, app.url) : standIn(root, values, app)),
  };
}

function tenant({ AUTH_LOGTO_ISSUER = "" }: Variables, appUrl: string): PreparedService {
  const announce = () => {
    printRow("Logto", AUTH_LOGTO_ISSUER, "your tenant, from AUTH_LOGTO_ISSUER");
    printRow("", paint("dim", `redirect URI there: ${appUrl}/api/auth/callback/logto`));
  };
  return { variables: {}, announce };
}

async function standIn(
  root: string,
  values: Variables,
  app: { url: string; port: number },
): Promise<PreparedService> {
  const port = await nextFreePort(preferredPort, [app.port]);
  const url = `http://localhost:${port}`;
  const webhook = appWebhook(app.url, values.LOGTO_WEBHOOK_KEY);
  const start = async () => {
    // Loaded while Next.js starts, and only here: an app with a real tenant never needs it.
    const { startLogto } = await import("../../packages/logto-stand-in/src/server");
    const identity = await startLogto({
      port,
      clients: [
        // One a line.
        appClient(new URL(app.url).origin),
        machineClient,
      ],
      dataFile: path.join(root, ".data/identity.json"),
      onMail: printMail,
      // To suspend a user, for example, which sends a webhook (docs/logto.md).
      control: true,
      webhooks: [webhook],
    });
    alsoEnd(() => identity.close());
  };
  const announce = () => {
    const people = seedPeople.map(({ username, roles }) => `${username} (${roles.join(", ")})`);
    const hint = "a local stand-in; to use your tenant, set AUTH_LOGTO_ID, _SECRET and _ISSUER";
    printRow("Logto", url, hint);
    printRow("Sign in", `as ${people.join(", ")}; password ${seedPassword}`);
  };
  const variables = {
    ...appVariables(`${url}/oidc`),
    LOGTO_WEBHOOK_KEY: webhook.signingKey,
  };
  return { variables: unlessSet(values, variables), start, announce };
}

/** Prints an e-mail that Logto would send: its code (else its first line), recipient, subject. */
export function printMail(mail: { to: string; subject: string; text: string }): void {
  const [code = ""] = /\b\d{6}\b/.exec(mail.text) ?? mail.text.trim().split("\n");
  print();
  printRow("Mail", code, `to ${mail.to}: ${mail.subject}`);
  print();
}

/** `npm run stand-in`. @returns the exit code, unless the stand-in runs until Ctrl-C */
export async function runStandIn(_root: string, args: readonly string[]): Promise<number> {
  const { runCli, UsageError } = await import("../../packages/logto-stand-in/src/cli");
  try {
    const standIn = await runCli([...args]);
    if (!standIn) return 0;
    alsoEnd(() => standIn.close());
    return await new Promise<never>(() => undefined);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n\`npm run stand-in -- --help\` lists the options.`);
    return 1;
  }
}
