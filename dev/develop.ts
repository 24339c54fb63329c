import path from "node:path";
import process from "node:process";
import { apiUrl, keepVariables } from "./api-variables";
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
import { seedPassword, seedPeople } from "./identity/seed";
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
 * Starts the stand-in for Logto where no tenant is named, the embedded Postgres where it is asked
 * for, and `next dev`; says where everything is, and ends with Next.js.
 *
 * @param root the project's folder
 * @param args for `next dev`; the first free port from `--port` on is used, on localhost unless
 *   `--hostname` says otherwise. `--database` asks for the embedded Postgres, now and at every
 *   later start
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
  const asksForDatabase = args.includes("--database");
  const {
    port: asked,
    hostname,
    rest,
  } = splitArguments(args.filter((arg) => arg !== "--database"));
  const values = readEnvironment(root);
  const ownTenant = namesTenant(values);
  const isEmbedded = usesEmbedded(values, asksForDatabase);
  const openAt = isEmbedded && (await runningAt(embeddedData(root)));
  if (openAt)
    throw new LaunchError(
      `Another process has .data/postgres open, at ${openAt}. Wait for its end.`,
    );
  await ensureGenerated(root);
  const secret = ensureSecret(root, values);
  if (secret.notice) notice(secret.notice);
  if (asksForDatabase && !values.DATABASE_URL) {
    rememberEmbedded(root);
    notice(
      "Wrote DATABASE_URL=embedded to .env.local: `npm run dev` brings the database from now on",
    );
  }

  const set = ownAddress(values.AUTH_URL);
  const wished = asked ?? (Number(process.env.PORT) || Number(set?.port) || appPort);
  const port = await nextFreePort(wished);
  if (port !== wished) notice(`Port ${wished} is taken: the app is on ${port}`);
  const place = placeOf({ hostname, port, authUrl: values.AUTH_URL });
  const { appUrl } = place;
  if (set && set.origin !== appUrl) notice(`AUTH_URL follows: ${appUrl} instead of ${set.origin}`);
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
    // `localhost` is 127.0.0.1 also where it could be ::1: browsers try both, other programs often
    // that one alone.
    NODE_OPTIONS: [process.env.NODE_OPTIONS, "--dns-result-order=ipv4first"]
      .filter(Boolean)
      .join(" "),
    ...(process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: "1" } : {}),
    ...given,
  });
  const endProgress = startProgress(() => "Starting");
  const [ready] = await Promise.all([
    next.answers(place.listensAt),
    identity && startStandIn(root, identity.port, appUrl),
    database && startDatabase(root, database.port),
  ]);
  endProgress();
  if (ready) announce(place, values, { identity, database }, begun);
  return next.exited;
}

function unlessSet(values: Variables, defaults: Record<string, string>): Variables {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !values[name]));
}

async function startStandIn(root: string, port: number, appUrl: string): Promise<void> {
  // Loaded only now, while Next.js starts: with a tenant of one's own it isn't needed at all.
  const { startIdentity } = await import("./identity/server");
  const identity = await startIdentity({
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
    const why = error instanceof Error ? error.message : String(error);
    throw new LaunchError(
      `The embedded Postgres did not start: ${why}\nDelete .data/postgres to begin with an empty one.`,
    );
  }
}

/** Says in aligned lines what runs where, what stands in for what, and how to go on. */
function announce(
  { appUrl, listensAt, isBehindProxy }: Place,
  values: Variables,
  {
    identity,
    database,
  }: { identity?: { port: number } | undefined; database?: { port: number } | undefined },
  begun: number,
): void {
  print();
  printRow("App", paint("cyan", appUrl));
  if (isBehindProxy)
    printRow("", paint("dim", `by AUTH_URL; the proxy there has to pass on to ${listensAt}`));
  if (identity) {
    const people = seedPeople.map(({ username, roles }) => `${username} (${roles.join(", ")})`);
    printRow(
      "Logto",
      `http://localhost:${identity.port}`,
      "a local stand-in; set AUTH_LOGTO_ID, _SECRET and _ISSUER for your tenant",
    );
    printRow("Sign in", `as ${people.join(", ")}; password ${seedPassword}`);
  } else {
    printRow("Logto", values.AUTH_LOGTO_ISSUER ?? "", "your tenant, by AUTH_LOGTO_ISSUER");
    printRow("", paint("dim", `redirect URI there: ${appUrl}/api/auth/callback/logto`));
  }
  if (database) {
    printRow(
      "Database",
      `localhost:${database.port}`,
      "an embedded Postgres; set DATABASE_URL for your own",
    );
  } else if (values.DATABASE_URL) {
    printRow("Database", databaseName(values.DATABASE_URL), "by DATABASE_URL");
  } else {
    printRow(
      "Database",
      "none",
      "sessions are in the cookie; `npm run dev -- --database` brings one",
    );
  }
  print();
  print(
    `  ${paint("green", "Ready")} in ${duration(performance.now() - begun)}. Ctrl-C ends everything.`,
  );
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
