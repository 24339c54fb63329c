import path from "node:path";
import process from "node:process";
import { apiUrl, keepVariables } from "./api-variables";
import { alsoEnd } from "./children.mjs";
import { embeddedData, embeddedUrl, runningAt } from "./database/claim";
import { ensureSecret, LaunchError, namesTenant, readEnvironment, type Variables } from "./environment";
import { ensureGenerated } from "./generate";
import { seedPassword, seedPeople } from "./identity/seed";
import { runningServer, splitPort, startNextDev } from "./next-dev";
import { nextFreePort } from "./ports";
import { appClient, appVariables } from "./stand-in";
import { duration, paint, print, startProgress } from "./terminal.mjs";

const appPort = 3000;
const identityPort = 3001;
const databasePort = 5433;
const mailPort = 1025;

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
  const openAt = await runningAt(embeddedData(root));
  if (openAt)
    throw new LaunchError(`Another process has .data/postgres open, at ${openAt}. Wait for its end.`);
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
  const database = values.DATABASE_URL ? undefined : { port: await nextFreePort(databasePort, [port]) };
  const mail = values.EMAIL_SERVER ? undefined : { port: await nextFreePort(mailPort, [port]) };

  const given = {
    ...secret.added,
    ...(issuer ? unlessSet(values, appVariables(issuer)) : {}),
    ...(database ? { DATABASE_URL: embeddedUrl(database.port) } : {}),
    ...(mail ? unlessSet(values, mailVariables(mail.port)) : {}),
    ...unlessSet(values, { API_URL: apiUrl }),
    AUTH_URL: appUrl,
  };
  keepVariables(root, given);
  const next = startNextDev(root, ["--port", String(port), ...rest], {
    NEXT_TELEMETRY_DISABLED: process.env.NEXT_TELEMETRY_DISABLED ?? "1",
    ...(process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: "1" } : {}),
    ...given,
  });
  const endProgress = startProgress(() => "Starting");
  const [ready] = await Promise.all([
    next.answers(`http://localhost:${port}`),
    identity && startStandIn(root, identity.port, appUrl),
    mail && startMailStandIn(mail.port),
    database && startDatabase(root, database.port),
  ]);
  endProgress();
  if (ready) announce(appUrl, values, { identity, database }, begun);
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

const mailVariables = (port: number) => ({
  EMAIL_SERVER: `smtp://127.0.0.1:${port}`,
  EMAIL_FROM: "Next Logto Starter <noreply@localhost>",
});

async function startMailStandIn(port: number): Promise<void> {
  const { printMail, startMail } = await import("./mail");
  const mail = await startMail({ port, onMail: printMail });
  alsoEnd(() => mail.close());
}

async function startDatabase(root: string, port: number): Promise<void> {
  const [{ startEmbedded }, { applyMigrations }] = await Promise.all([
    import("./database/embedded"),
    import("./database/migrations"),
  ]);
  try {
    const database = await startEmbedded({ port, dataDir: embeddedData(root) });
    alsoEnd(() => database.close());
    const applied = await applyMigrations(database.url);
    if (applied.length > 0) print(`  ${paint("green", "✓")} Database migrated: ${applied.join(", ")}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LaunchError(
      `The embedded Postgres did not start: ${why}\nDelete .data/postgres to begin with an empty one.`,
    );
  }
}

/** Says in aligned lines what runs where, what stands in for what, and how to go on. */
function announce(
  appUrl: string,
  values: Variables,
  {
    identity,
    database,
  }: { identity?: { port: number } | undefined; database?: { port: number } | undefined },
  begun: number,
): void {
  const row = (name: string, value: string, remark = "") =>
    print(
      `  ${paint("bold", name.padEnd(8))} ${remark ? `${value.padEnd(22)} ${paint("dim", remark)}` : value}`,
    );
  print();
  row("App", paint("cyan", appUrl));
  if (identity) {
    const people = seedPeople.map(({ username, roles }) => `${username} (${roles.join(", ")})`);
    row(
      "Logto",
      `http://localhost:${identity.port}`,
      "a local stand-in; set AUTH_LOGTO_ID, _SECRET and _ISSUER for your tenant",
    );
    row("Sign in", `as ${people.join(", ")}; password ${seedPassword}`);
  } else {
    row("Logto", values.AUTH_LOGTO_ISSUER ?? "", "your tenant, by AUTH_LOGTO_ISSUER");
    row("", paint("dim", `redirect URI there: ${appUrl}/api/auth/callback/logto`));
  }
  if (database) {
    row("Database", `localhost:${database.port}`, "an embedded Postgres; set DATABASE_URL for your own");
  } else {
    row("Database", databaseName(values.DATABASE_URL ?? ""), "by DATABASE_URL");
  }
  if (!values.EMAIL_SERVER) row("Mail", "is printed here", "set EMAIL_SERVER and EMAIL_FROM to send it");
  print();
  print(`  ${paint("green", "Ready")} in ${duration(performance.now() - begun)}. Ctrl-C ends everything.`);
  print();
}

/** The host and the database's name: no password, and no user either. */
function databaseName(url: string): string {
  if (!URL.canParse(url)) return "";
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

function notice(text: string): void {
  print(`  ${paint("yellow", "!")} ${text}`);
}
