import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import nextEnv from "@next/env";

/** Variables of the process or of the .env files. */
export type Variables = Record<string, string | undefined>;

const silent = { info: () => undefined, error: () => undefined };

/**
 * Reads the variables that the app will see: the process environment, then the .env files in
 * Next.js's own order. An empty variable counts as unset, as everywhere (lib/env.ts).
 *
 * @param root the project's folder
 * @param development true: the .env files of development; false: those of production
 * @param file read instead of the .env files
 * @throws the file system's error if `file` can't be read
 */
export function readEnvironment(root: string, development = true, file?: string): Variables {
  const files = file && [{ path: file, contents: readFileSync(file, "utf8"), env: {} }];
  const before = process.env;
  // A copy, because Next.js changes it. Vitest and Playwright set NODE_ENV to "test", for which
  // Next.js reads other files.
  process.env = { ...before, NODE_ENV: development ? "development" : "production" };
  nextEnv.updateInitialEnv(process.env);
  const [combinedEnv = {}] = files
    ? nextEnv.processEnv(files, root, silent, true)
    : [nextEnv.loadEnvConfig(root, development, silent, true).combinedEnv];
  process.env = before;
  return Object.fromEntries(Object.entries(combinedEnv).filter(([, value]) => value?.trim()));
}

export const tenantVariables = ["AUTH_LOGTO_ID", "AUTH_LOGTO_SECRET", "AUTH_LOGTO_ISSUER"] as const;

/** The launcher can't continue; the message is a sentence for the developer. */
export class LaunchError extends Error {
  override name = "LaunchError";
}

/**
 * @returns whether the variables name a Logto tenant, so that no stand-in is needed
 * @throws LaunchError if only some of the three are set
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

/** @returns the defaults of variables that are not set */
export function unlessSet(values: Variables, defaults: Record<string, string>): Variables {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !values[name]));
}

/** A value for AUTH_SECRET: 32 random bytes in Base64. */
export const newSecret = (): string => randomBytes(32).toString("base64");

/**
 * Makes sure that there is an AUTH_SECRET that survives a restart. Creates .env.local with one. An
 * existing .env.local is never changed; the secret is then stored in `.data/auth-secret`.
 *
 * @param root the project's folder
 * @param values the variables that are set
 * @returns the variables to add, and a sentence about what was done, if anything
 */
export function ensureSecret(
  root: string,
  values: Variables,
): { added: Variables; notice?: string } {
  if (values.AUTH_SECRET) return { added: {} };
  const local = path.join(root, ".env.local");
  if (!existsSync(local)) {
    const lines = [
      "# Created by `npm run dev`, for this machine only. .env.example describes every variable.",
      `AUTH_SECRET=${newSecret()}`,
    ];
    writeFileSync(local, `${lines.join("\n")}\n`, { mode: 0o600, flag: "wx" });
    return { added: {}, notice: "Created .env.local with a random AUTH_SECRET" };
  }
  const file = path.join(root, ".data/auth-secret");
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, newSecret(), { mode: 0o600 });
  }
  const notice = "AUTH_SECRET is not set: using the one in .data/auth-secret";
  return { added: { AUTH_SECRET: readFileSync(file, "utf8") }, notice };
}
