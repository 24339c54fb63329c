import path from "node:path";
import { parseEnv } from "node:util";
import { LaunchError, type Variables } from "../environment";
import { readText, writeWhole } from "../setup/env-file";

/** The value of DATABASE_URL that makes `npm run dev` start an embedded Postgres. */
export const embedded = "embedded";

/** @returns DATABASE_URL if it names a server, else undefined */
export const databaseServer = ({ DATABASE_URL }: Variables): string | undefined =>
  DATABASE_URL === embedded ? undefined : DATABASE_URL;

/** DATABASE_URL names a server, but the command line requests the embedded Postgres. */
const contradiction = () =>
  new LaunchError(
    "DATABASE_URL names a database server. Leave out --database to use that one, " +
      "or remove DATABASE_URL from the environment and the .env files to use the embedded Postgres.",
  );

/**
 * @param values the variables that are set
 * @param requested whether the command line requests the embedded Postgres
 * @returns whether `npm run dev` starts it
 * @throws LaunchError if it is requested though DATABASE_URL names a server, or if a database is
 *   required and none is named
 */
export function usesEmbedded(values: Variables, requested: boolean): boolean {
  if (requested && databaseServer(values)) throw contradiction();
  if (requested || values.DATABASE_URL) return !databaseServer(values);
  if (values.AUTH_SESSION_STRATEGY === "database")
    throw new LaunchError(
      "AUTH_SESSION_STRATEGY=database needs a database: `npm run dev -- --database` starts one.",
    );
  return false;
}

const emptyLine = /^[ \t]*(export[ \t]+)?DATABASE_URL[ \t]*=[ \t]*(""|'')?[ \t]*$/m;
const lines = `# \`npm run dev\` starts an embedded Postgres. Remove this line to run without a database.
DATABASE_URL=${embedded}`;

/**
 * Sets DATABASE_URL in .env.local to the embedded Postgres, for later starts of `npm run dev`. The
 * rest of the file stays as it is.
 *
 * @param root the project's folder
 * @throws LaunchError if the file names a server
 */
export function rememberEmbedded(root: string): void {
  const file = path.join(root, ".env.local");
  const text = readText(file);
  // The caller can't see this: an empty variable of the process overrides the file's value.
  if (databaseServer(parseEnv(text))) throw contradiction();
  const separator = text === "" || text.endsWith("\n") ? "" : "\n";
  const changed = emptyLine.test(text)
    ? text.replace(emptyLine, lines)
    : `${text}${separator}${lines}\n`;
  writeWhole(file, changed);
}
