import path from "node:path";
import process from "node:process";
import { apiUrl, keepVariables } from "../examples/nest-api/dev/variables";
import { alsoEnd } from "./children.mjs";
import { embeddedData, embeddedUrl, runningAt } from "./database/claim";
import { rememberEmbedded, usesEmbedded } from "./database/choice";
import {
  ensureSecret,
  LaunchError,
  namesTenant,
  readEnvironment,
  type Variables,
} from "./environment";
import { ensureGenerated } from "./generate";
import { seedPassword, seedPeople } from "../packages/logto-stand-in/src/seed";
import { runningServer, splitArguments, startNextDev } from "./next-dev";
import { ownAddress, placeOf, type Place } from "./place";
import { nextFreePort } from "./ports";
import { printMail } from "./print-mail";
import { appClient, appVariables } from "./stand-in";
import { duration, paint, print, printRow, startProgress } from "./terminal.mjs";

const appPort = 3000;
const identityPort = 3001;
const databasePort = 5433;

/**
 * Starts `next dev`, the stand-in for Logto if no tenant is configured, and the embedded Postgres
 * if that is requested. Prints where everything runs, and ends when Next.js ends.
 *
 * @param root the project's folder
 * @param args for `next dev`; uses the first free port from `--port` on, on localhost unless
 *   `--hostname` is set. `--database` starts the embedded Postgres, now and at every later start
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
  const startedAt = performance.now();
  const running = await runningServer(root);
  if (running) throw new LaunchError(`The app is already running in this folder, at ${running}.`);
  const wantsDatabase = args.includes("--database");
  const {
    port: requestedPort,
    hostname,
    rest,
  } = splitArguments(args.filter((arg) => arg !== "--database"));
  const values = readEnvironment(root);
  const ownTenant = namesTenant(values);
  const isEmbedded = usesEmbedded(values, wantsDatabase);
  const openAt = isEmbedded && (await runningAt(embeddedData(root)));
  if (openAt)
    throw new LaunchError(
      `Another process is using .data/postgres, at ${openAt}. Wait until it ends.`,
    );
  await ensureGenerated(root);
  const secret = ensureSecret(root, values);
  if (secret.notice) notice(secret.notice);
  if (wantsDatabase && !values.DATABASE_URL) {
    rememberEmbedded(root);
    notice(
      "Wrote DATABASE_URL=embedded to .env.local: `npm run dev` starts the embedded database from now on",
    );
  }

  const set = ownAddress(values.AUTH_URL);
  const preferred = requestedPort ?? (Number(process.env.PORT) || Number(set?.port) || appPort);
  const port = await nextFreePort(preferred);
  if (port !== preferred) notice(`Port ${preferred} is in use: the app uses ${port}`);
  const place = placeOf({ hostname, port, authUrl: values.AUTH_URL });
  const { appUrl } = place;
  if (set && set.origin !== appUrl)
    notice(`AUTH_URL changed with the port: ${appUrl} instead of ${set.origin}`);
  const identity = ownTenant ? undefined : { port: await nextFreePort(identityPort, [port]) };
  const issuer = identity && `http://localhost:${identity.port}/oidc`;
  const database = isEmbedded ? { port: await nextFreePort(databasePort, [port]) } : undefined;

  const given = {
    ...secret.added,
    ...(issuer ? unlessSet(values, appVariables(issuer)) : {}),
    ...(database ? { DATABASE_URL: embeddedUrl(database.port) } : {}),
    ...unlessSet(values, { API_URL: apiUrl }),
    AUTH_URL: appUrl,
  };
  keepVariables(root, given);
  const next = startNextDev(root, ["--port", String(port), "--hostname", place.hostname, ...rest], {
    NEXT_TELEMETRY_DISABLED: process.env.NEXT_TELEMETRY_DISABLED ?? "1",
    // Makes `localhost` 127.0.0.1 rather than ::1: browsers try both, other programs often only
    // 127.0.0.1.
    NODE_OPTIONS: [process.env.NODE_OPTIONS, "--dns-result-order=ipv4first"]
      .filter(Boolean)
      .join(" "),
    ...(process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: "1" } : {}),
    ...given,
  });
  const endProgress = startProgress(() => "Starting");
  const [ready] = await Promise.all([
    next.waitUntilReady(place.listensAt),
    identity && startStandIn(root, identity.port, appUrl),
    database && startDatabase(root, database.port),
  ]);
  endProgress();
  if (ready) announce(place, values, { identity, database }, startedAt);
  return next.exited;
}

function unlessSet(values: Variables, defaults: Record<string, string>): Variables {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !values[name]));
}

async function startStandIn(root: string, port: number, appUrl: string): Promise<void> {
  // Loaded while Next.js starts, and only here: an app with a real tenant never needs it.
  const { startLogto } = await import("../packages/logto-stand-in/src/server");
  const identity = await startLogto({
    port,
    clients: [appClient(new URL(appUrl).origin)],
    dataFile: path.join(root, ".data/identity.json"),
    onMail: printMail,
  });
  alsoEnd(() => identity.close());
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
    if (applied.length > 0)
      print(`  ${paint("green", "✓")} Database migrated: ${applied.join(", ")}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LaunchError(
      `The embedded Postgres did not start: ${reason}\nDelete .data/postgres to start with an empty database.`,
    );
  }
}

/** Prints an overview: what runs where, what is a stand-in, and how to sign in. */
function announce(
  { appUrl, listensAt, isBehindProxy }: Place,
  values: Variables,
  {
    identity,
    database,
  }: { identity?: { port: number } | undefined; database?: { port: number } | undefined },
  startedAt: number,
): void {
  print();
  printRow("App", paint("cyan", appUrl));
  if (isBehindProxy)
    printRow(
      "",
      paint("dim", `from AUTH_URL; the proxy there must forward requests to ${listensAt}`),
    );
  if (identity) {
    const people = seedPeople.map(({ username, roles }) => `${username} (${roles.join(", ")})`);
    printRow(
      "Logto",
      `http://localhost:${identity.port}`,
      "a local stand-in; to use your tenant, set AUTH_LOGTO_ID, _SECRET and _ISSUER",
    );
    printRow("Sign in", `as ${people.join(", ")}; password ${seedPassword}`);
  } else {
    printRow("Logto", values.AUTH_LOGTO_ISSUER ?? "", "your tenant, from AUTH_LOGTO_ISSUER");
    printRow("", paint("dim", `redirect URI there: ${appUrl}/api/auth/callback/logto`));
  }
  if (database) {
    printRow(
      "Database",
      `localhost:${database.port}`,
      "an embedded Postgres; to use your own, set DATABASE_URL",
    );
  } else if (values.DATABASE_URL) {
    printRow("Database", databaseName(values.DATABASE_URL), "from DATABASE_URL");
  } else {
    printRow(
      "Database",
      "none",
      "sessions are in the cookie; `npm run dev -- --database` starts one",
    );
  }
  print();
  print(
    `  ${paint("green", "Ready")} in ${duration(performance.now() - startedAt)}. Ctrl-C ends everything.`,
  );
  print();
}

/** The host and the database's name, without user and password. */
function databaseName(url: string): string {
  if (!URL.canParse(url)) return "";
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

function notice(text: string): void {
  print(`  ${paint("yellow", "!")} ${text}`);
}
