import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import nextEnv from "@next/env";

/** Variables as the process or the .env files give them. */
export type Variables = Record<string, string | undefined>;

const silent = { info: () => undefined, error: () => undefined };

/**
 * The variables that the app will see: the process environment, then the .env files in Next.js's
 * own order. An empty one counts as unset, as everywhere (lib/env.ts).
 *
 * @param root the project's folder
 * @param development whether the .env files of development are read, or those of production
 * @param file is read in their place
 * @throws the error of reading `file`
 */
export function readEnvironment(root: string, development = true, file?: string): Variables {
  const files = file && [{ path: file, contents: readFileSync(file, "utf8"), env: {} }];
  const before = { ...process.env };
  // Next.js reads other files where NODE_ENV is "test", as it is under Vitest and Playwright.
  Object.assign(process.env, { NODE_ENV: development ? "development" : "production" });
  nextEnv.updateInitialEnv(process.env);
  const [combinedEnv = {}] = files
    ? nextEnv.processEnv(files, root, silent, true)
    : [nextEnv.loadEnvConfig(root, development, silent, true).combinedEnv];
  const values = Object.fromEntries(
    Object.entries(combinedEnv).filter(([, value]) => value?.trim()),
  );
  for (const name of Object.keys(process.env)) {
    if (!(name in before)) Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, before);
  return values;
}

export const tenantVariables = ["AUTH_LOGTO_ID", "AUTH_LOGTO_SECRET", "AUTH_LOGTO_ISSUER"] as const;

/** The launcher can't go on; the message is a sentence for whoever ran it. */
export class LaunchError extends Error {
  override name = "LaunchError";
}

/**
 * @returns whether the variables name a Logto tenant, so that no stand-in is needed
 * @throws LaunchError where only some of the three are set
 */
export function namesTenant(values: Variables): boolean {
  const set = tenantVariables.filter((name) => values[name]);
  const missing = tenantVariables.filter((name) => !values[name]);
  if (set.length > 0 && missing.length > 0) {
    throw new LaunchError(
      `Set: ${set.join(", ")}. Not set: ${missing.join(", ")}. ` +
        "Set all three to use your Logto tenant, or none to use the local stand-in.",
    );
  }
  return missing.length === 0;
}

/**
 * The value of DATABASE_URL by which `npm run dev` brings its own database, an embedded Postgres.
 */
export const embedded = "embedded";

/** @returns DATABASE_URL where it names a server */
export const databaseServer = ({ DATABASE_URL }: Variables): string | undefined =>
  DATABASE_URL === embedded ? undefined : DATABASE_URL;

/** 32 random bytes in Base64, as AUTH_SECRET is wanted. */
export const newSecret = (): string => randomBytes(32).toString("base64");

/**
 * Sees to it that there is an AUTH_SECRET that survives a restart: in a new .env.local where there
 * is none, else in `.data/auth-secret`, because a .env.local that exists is never touched.
 *
 * @param root the project's folder
 * @param values what is set already
 * @returns the variables to add, and a sentence about what was done, if anything was
 */
export function ensureSecret(
  root: string,
  values: Variables,
): { added: Variables; notice?: string } {
  if (values.AUTH_SECRET) return { added: {} };
  const local = path.join(root, ".env.local");
  if (!existsSync(local)) {
    const lines = [
      "# Made by `npm run dev`, for this machine alone. .env.example describes every variable.",
      `AUTH_SECRET=${newSecret()}`,
    ];
    writeFileSync(local, `${lines.join("\n")}\n`, { mode: 0o600, flag: "wx" });
    return { added: {}, notice: "Made .env.local with a random AUTH_SECRET" };
  }
  const kept = path.join(root, ".data/auth-secret");
  if (!existsSync(kept)) {
    mkdirSync(path.dirname(kept), { recursive: true });
    writeFileSync(kept, newSecret(), { mode: 0o600 });
  }
  const notice = "AUTH_SECRET is set nowhere: using the one in .data/auth-secret";
  return { added: { AUTH_SECRET: readFileSync(kept, "utf8") }, notice };
}
