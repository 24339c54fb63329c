import { alsoEnd } from "../children.mjs";
import { LaunchError, type Variables } from "../environment";
import type { PreparedService, Service } from "../launcher/service";
import { nextFreePort } from "../ports";
import { notice, paint, print, printRow } from "../terminal.mjs";
import { rememberEmbedded, usesEmbedded } from "./choice";
import { DatabaseInUseError, embeddedData, embeddedUrl, runningAt } from "./claim";

export const preferredPort = 5433;
const flag = "--database";

/**
 * The embedded Postgres, if `--database` or DATABASE_URL requests it.
 *
 * @param root the project's folder
 * @param args of `npm run dev`
 * @throws LaunchError if the variables contradict the request, or another process uses its data
 */
export async function databaseService(
  root: string,
  values: Variables,
  args: readonly string[],
): Promise<Service> {
  const isRequested = args.includes(flag);
  if (!usesEmbedded(values, isRequested)) return { prepare: async () => ownDatabase(values) };
  const openAt = await runningAt(embeddedData(root));
  if (openAt) throw notStarted(new DatabaseInUseError(openAt));
  const prepare = async (app: { port: number }) => {
    if (isRequested && !values.DATABASE_URL) {
      rememberEmbedded(root);
      notice(
        "Wrote DATABASE_URL=embedded to .env.local: `npm run dev` starts the embedded database from now on",
      );
    }
    return embedded(root, await nextFreePort(preferredPort, [app.port]));
  };
  return { flag, prepare };
}

function embedded(root: string, port: number): PreparedService {
  const hint = "an embedded Postgres; to use your own, set DATABASE_URL";
  return {
    variables: { DATABASE_URL: embeddedUrl(port) },
    start: () => start(root, port),
    announce: () => printRow("Database", `localhost:${port}`, hint),
  };
}

function ownDatabase({ DATABASE_URL: url }: Variables): PreparedService {
  const hint = "sessions are in the cookie; `npm run dev -- --database` starts one";
  // Without user and password.
  const { host, pathname } = url && URL.canParse(url) ? new URL(url) : { host: "", pathname: "" };
  const announce = () =>
    url
      ? printRow("Database", `${host}${pathname}`, "from DATABASE_URL")
      : printRow("Database", "none", hint);
  return { variables: {}, announce };
}

async function start(root: string, port: number): Promise<void> {
  // Loaded while Next.js starts, and only here.
  const { startEmbedded } = await import("./embedded");
  const { applyMigrations } = await import("./migrations");
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
