import path from "node:path";
import process from "node:process";
import { alsoEnd } from "./children.mjs";
import { ensureSecret, LaunchError, namesTenant, readEnvironment, type Variables } from "./environment";
import { ensureGenerated } from "./generate";
import { seedPassword, seedPeople } from "./identity/seed";
import { runningServer, splitPort, startNextDev } from "./next-dev";
import { nextFreePort } from "./ports";
import { appClient, appVariables } from "./stand-in";
import { duration, paint, print, startProgress } from "./terminal.mjs";

const appPort = 3000;
const identityPort = 3001;

/**
 * Starts what the environment does not name, then `next dev`, says where everything is, and ends with Next.js.
 *
 * @param root the project's folder
 * @param args for `next dev`; the first free port from `--port` on is used
 * @returns the exit code
 */
export async function develop(root: string, args: readonly string[]): Promise<number> {
  try {
    return await launch(root, args);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    print(`${paint("red", "✗")} ${error.message}`);
    return 1;
  }
}

async function launch(root: string, args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const running = await runningServer(root);
  if (running) throw new LaunchError(`The app runs in this folder already, at ${running}.`);
  const { port: asked, rest } = splitPort(args);
  const values = readEnvironment(root);
  const ownTenant = namesTenant(values);
  await ensureGenerated(root);
  const secret = ensureSecret(root, values);
  if (secret.notice) notice(secret.notice);

  const wished = asked ?? (Number(process.env.PORT) || appPort);
  const port = await nextFreePort(wished);
  if (port !== wished) notice(`Port ${wished} is taken: the app is on ${port}`);
  const appUrl = appAddress(values.AUTH_URL, wished, port);
  const identity = ownTenant ? undefined : { port: await nextFreePort(identityPort, [port]) };
  const issuer = identity && `http://localhost:${identity.port}/oidc`;

  const next = startNextDev(root, ["--port", String(port), ...rest], {
    NEXT_TELEMETRY_DISABLED: process.env.NEXT_TELEMETRY_DISABLED ?? "1",
    ...(process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: "1" } : {}),
    ...secret.added,
    ...(issuer ? unlessSet(values, appVariables(issuer)) : {}),
    AUTH_URL: appUrl,
  });
  const endProgress = startProgress(() => "Starting");
  if (identity) await startStandIn(root, identity.port, appUrl);
  const ready = await next.answers(`http://localhost:${port}`);
  endProgress();
  if (ready) announce(appUrl, values, identity?.port, begun);
  return next.exited;
}

/** Where the app is reached. An AUTH_URL that named the wished port on this machine follows to the one that was free. */
function appAddress(set: string | undefined, wished: number, port: number): string {
  if (!set) return `http://localhost:${port}`;
  const url = new URL(set);
  if (port === wished || url.hostname !== "localhost" || url.port !== String(wished)) return set;
  url.port = String(port);
  notice(`AUTH_URL follows: ${url.origin} instead of ${set}`);
  return url.origin;
}

function unlessSet(values: Variables, defaults: Record<string, string>): Variables {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !values[name]));
}

async function startStandIn(root: string, port: number, appUrl: string): Promise<void> {
  // Loaded only now, while Next.js starts: with a tenant of one's own it isn't needed at all.
  const { startIdentity } = await import("./identity/server");
  const dataFile = path.join(root, ".data/identity.json");
  const identity = await startIdentity({ port, clients: [appClient(new URL(appUrl).origin)], dataFile });
  alsoEnd(() => identity.close());
}

/** Says in aligned lines what runs where, what stands in for what, and how to go on. */
function announce(appUrl: string, values: Variables, standInPort: number | undefined, begun: number): void {
  const row = (name: string, value: string, remark = "") =>
    print(
      `  ${paint("bold", name.padEnd(8))} ${remark ? `${value.padEnd(22)} ${paint("dim", remark)}` : value}`,
    );
  print();
  row("App", paint("cyan", appUrl));
  if (standInPort) {
    const people = seedPeople.map(({ username, roles }) => `${username} (${roles.join(", ")})`);
    row(
      "Logto",
      `http://localhost:${standInPort}`,
      "a local stand-in; set AUTH_LOGTO_ID, _SECRET and _ISSUER for your tenant",
    );
    row("Sign in", `as ${people.join(", ")}; password ${seedPassword}`);
  } else {
    row("Logto", values.AUTH_LOGTO_ISSUER ?? "", "your tenant, by AUTH_LOGTO_ISSUER");
    row("", paint("dim", `redirect URI there: ${appUrl}/api/auth/callback/logto`));
  }
  print();
  print(`  ${paint("green", "Ready")} in ${duration(performance.now() - begun)}. Ctrl-C ends everything.`);
  print();
}

function notice(text: string): void {
  print(`  ${paint("yellow", "!")} ${text}`);
}
