import { alsoEnd } from "../children.mjs";
import { LaunchError, type Variables } from "../environment";
import { nextFreePort } from "../ports";
import type { PreparedService, Service } from "../service";
import { paint, print, printRow } from "../terminal.mjs";
import { rememberEmbedded, usesEmbedded } from "./choice";
import { embeddedData, embeddedUrl, runningAt } from "./claim";

const preferredPort = 5433;
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
  const isEmbedded = usesEmbedded(values, isRequested);
  const openAt = isEmbedded && (await runningAt(embeddedData(root)));
  if (openAt)
    throw new LaunchError(
      `Another process is using .data/postgres, at ${openAt}. Wait until it ends.`,
    );
  return {
    flag,
    remember: () => {
      if (!isRequested || values.DATABASE_URL) return undefined;
      rememberEmbedded(root);
      return "Wrote DATABASE_URL=embedded to .env.local: `npm run dev` starts the embedded database from now on";
    },
    prepare: async ({ port }) => (isEmbedded ? embedded(root, port) : ownDatabase(values)),
  };
}

async function embedded(root: string, appPort: number): Promise<PreparedService> {
  const port = await nextFreePort(preferredPort, [appPort]);
  const hint = "an embedded Postgres; to use your own, set DATABASE_URL";
  return {
    variables: { DATABASE_URL: embeddedUrl(port) },
    start: () => start(root, port),
    announce: () => printRow("Database", `localhost:${port}`, hint),
  };
}

function ownDatabase({ DATABASE_URL }: Variables): PreparedService {
  const hint = "sessions are in the cookie; `npm run dev -- --database` starts one";
  const announce = () =>
    DATABASE_URL
      ? printRow("Database", nameOf(DATABASE_URL), "from DATABASE_URL")
      : printRow("Database", "none", hint);
  return { variables: {}, announce };
}

async function start(root: string, port: number): Promise<void> {
  const [{ startEmbedded }, { applyMigrations }] = await Promise.all([
    import("./embedded"),
    import("./migrations"),
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

/** The host and the database's name, without user and password. */
function nameOf(url: string): string {
  if (!URL.canParse(url)) return "";
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
