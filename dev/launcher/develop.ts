import path from "node:path";
import process from "node:process";
import { appClient, appVariables } from "../stand-in";
import { alsoEnd } from "../children.mjs";
import { DatabaseInUseError, embeddedData, embeddedUrl, runningAt } from "../database/claim";
import { rememberEmbedded, usesEmbedded } from "../database/choice";
import {
  ensureSecret,
  LaunchError,
  namesTenant,
  readEnvironment,
  type Variables,
} from "../environment";
import { ensureGenerated } from "../generate";
import { nextFreePort } from "../ports";
import { duration, paint, print, startProgress } from "../terminal.mjs";
import { apiUrl, keepVariables } from "../../examples/nest-api/dev/variables";
import { announce, printMail } from "./announce";
import { readArguments, runningServer, startNextDev } from "./next-dev";
import { ownAddress, placeOf } from "./place";

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
  const begun = Date.now();
  const running = await runningServer(root);
  if (running) throw new LaunchError(`The app is already running in this folder, at ${running}.`);
  const wantsDatabase = args.includes("--database");
  const requested = readArguments(args);
  const values = readEnvironment(root);
  const ownTenant = namesTenant(values);
  const isEmbedded = usesEmbedded(values, wantsDatabase);
  const openAt = isEmbedded && (await runningAt(embeddedData(root)));
  if (openAt) throw notStarted(new DatabaseInUseError(openAt));
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
  const preferred = requested.port ?? (Number(process.env.PORT) || Number(set?.port) || appPort);
  const port = await nextFreePort(preferred);
  if (port !== preferred) notice(`Port ${preferred} is in use: the app uses ${port}`);
  const place = placeOf({ hostname: requested.hostname, port, authUrl: values.AUTH_URL });
  const { appUrl, hostname, listensAt } = place;
  if (set && set.origin !== appUrl)
    notice(`AUTH_URL changed with the port: ${appUrl} instead of ${set.origin}`);
  const ports = {
    identity: ownTenant ? undefined : await nextFreePort(identityPort, [port]),
    database: isEmbedded ? await nextFreePort(databasePort, [port]) : undefined,
  };

  const given = {
    ...secret.added,
    ...(ports.identity
      ? unlessSet(values, appVariables(`http://localhost:${ports.identity}/oidc`))
      : {}),
    ...(ports.database ? { DATABASE_URL: embeddedUrl(ports.database) } : {}),
    ...unlessSet(values, { API_URL: apiUrl }),
    AUTH_URL: appUrl,
  };
  keepVariables(root, given);
  const nextArgs = args.filter((arg) => arg !== "--database");
  // Of an option that is there twice, Next.js takes the last.
  nextArgs.push("--port", String(port), "--hostname", hostname);
  const { NEXT_TELEMETRY_DISABLED = "1", NODE_OPTIONS = "", NO_COLOR } = process.env;
  const next = startNextDev(root, listensAt, nextArgs, {
    NEXT_TELEMETRY_DISABLED,
    // Makes `localhost` 127.0.0.1 rather than ::1: browsers try both, other programs often only
    // 127.0.0.1.
    NODE_OPTIONS: `${NODE_OPTIONS} --dns-result-order=ipv4first`.trim(),
    ...(process.stdout.isTTY && !NO_COLOR ? { FORCE_COLOR: "1" } : {}),
    ...given,
  });
  const endProgress = startProgress(() => "Starting");
  const [isReady] = await Promise.all([
    next.ready,
    ports.identity && startStandIn(root, ports.identity, appUrl),
    ports.database && startDatabase(root, ports.database),
  ]);
  endProgress();
  if (isReady) {
    announce(place, values, ports);
    print(`  ${paint("green", "Ready")} in ${duration(begun)}. Ctrl-C ends everything.\n`);
  }
  return next.exited;
}

function unlessSet(values: Variables, defaults: Record<string, string>): Variables {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !values[name]));
}

async function startStandIn(root: string, port: number, appUrl: string): Promise<void> {
  // Loaded while Next.js starts, and only here: an app with a real tenant never needs it.
  const { startLogto } = await import("../../packages/logto-stand-in/src/server");
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
    import("../database/embedded"),
    import("../database/migrations"),
  ]);
  try {
    const database = await startEmbedded({ port, dataDir: embeddedData(root) });
    alsoEnd(() => database.close());
    const applied = await applyMigrations(database.url);
    if (applied.length > 0)
      print(`  ${paint("green", "✓")} Database migrated: ${applied.join(", ")}`);
  } catch (error) {
    throw notStarted(error);
  }
}

/** @returns the same for the developer: why the embedded Postgres did not start, and what to do */
export function notStarted(error: unknown): LaunchError {
  if (error instanceof DatabaseInUseError)
    return new LaunchError(
      `Another process is using .data/postgres, at ${error.url}. Wait until it ends.`,
    );
  const reason = error instanceof Error ? error.message : String(error);
  const remedy = reason.includes("EADDRINUSE")
    ? "Another program has just taken this port. Run the same command again."
    : "Delete .data/postgres to start with an empty database.";
  return new LaunchError(`The embedded Postgres did not start: ${reason}\n${remedy}`);
}

function notice(text: string): void {
  print(`  ${paint("yellow", "!")} ${text}`);
}
