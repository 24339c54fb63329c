import path from "node:path";
import { parseEnv } from "node:util";
import { databaseServer, embedded, LaunchError, type Variables } from "../environment";
import { readText, writeWhole } from "../setup/env-file";

/** DATABASE_URL names a server, and the command line asks for the embedded Postgres. */
const contradiction = () =>
  new LaunchError(
    "DATABASE_URL names a database server. Leave out --database to use that one, " +
      "or remove DATABASE_URL from the environment and the .env files to use the embedded Postgres.",
  );

/**
 * @param values what is set
 * @param asked whether the command line asks for the embedded Postgres
 * @returns whether `npm run dev` starts it
 * @throws LaunchError where DATABASE_URL names a server that was not meant, or where a database is
 *   needed and none is named
 */
export function usesEmbedded(values: Variables, asked: boolean): boolean {
  if (asked && databaseServer(values)) throw contradiction();
  if (asked || values.DATABASE_URL) return !databaseServer(values);
  if (values.AUTH_SESSION_STRATEGY === "database")
    throw new LaunchError(
      "AUTH_SESSION_STRATEGY=database needs a database: `npm run dev -- --database` brings one.",
    );
  return false;
}

const emptyLine = /^[ \t]*(export[ \t]+)?DATABASE_URL[ \t]*=[ \t]*(""|'')?[ \t]*$/m;
const lines = `# \`npm run dev\` brings an embedded Postgres. Remove this line to go without.
DATABASE_URL=${embedded}`;

/**
 * Asks for the embedded Postgres in .env.local, for later starts of `npm run dev`. All else in the
 * file stays as it is.
 *
 * @param root the project's folder
 * @throws LaunchError where the file names a server
 */
export function rememberEmbedded(root: string): void {
  const file = path.join(root, ".env.local");
  const text = readText(file);
  // An empty variable of the process hides what the file says.
  if (databaseServer(parseEnv(text))) throw contradiction();
  const separator = text === "" || text.endsWith("\n") ? "" : "\n";
  const changed = emptyLine.test(text)
    ? text.replace(emptyLine, lines)
    : `${text}${separator}${lines}\n`;
  writeWhole(file, changed);
}
