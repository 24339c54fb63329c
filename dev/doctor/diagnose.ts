import { readFile } from "node:fs/promises";
import type { Env } from "../../lib/env";
import { embeddedData, runningAt } from "../database/claim";
import { embedded, newSecret, tenantVariables, type Variables } from "../environment";
import { appVariables } from "../stand-in";
import { checkAddress } from "./address";
import { checkApplication, checkClient } from "./application";
import { ok, problem, warning, type Finding } from "./finding";
import { checkIssuer } from "./issuer";
import { checkRunningApp } from "./running-app";
import { checkNames, checkScopes, checkSecrets, readVariables } from "./variables";

export interface Question {
  /** The variables; under NODE_ENV=production those of a deployment, else of `npm run dev`. */
  values: Variables;
  /** The project's folder, where the embedded Postgres may be running. */
  root?: string;
  /** An address of a running app, which is asked, too, and counts in place of AUTH_URL. */
  url?: string | undefined;
  /** Of each request, in seconds. */
  timeout?: number;
}

/**
 * Checks a configuration against the real world. Asks the issuer, the database, the API and the
 * running app, at the same time, and changes nothing.
 *
 * @returns what was found, in the order in which it is best read
 */
export async function diagnose({ values, root, url, timeout = 5 }: Question): Promise<Finding[]> {
  const development = values.NODE_ENV !== "production";
  const standIn = development && tenantVariables.every((name) => !values[name]);
  const isEmbedded = development && values.DATABASE_URL === embedded;
  const origin = url && new URL(url).origin;
  const { findings, env, broken } = readVariables({
    // What `npm run dev` makes itself.
    ...(development && { AUTH_SECRET: newSecret() }),
    ...(standIn && appVariables("http://localhost:3001/oidc")),
    ...values,
    ...(isEmbedded && { DATABASE_URL: "postgresql://localhost" }),
    ...(origin && { AUTH_URL: origin }),
  });
  const all = [...(standIn ? [noTenant] : []), ...findings, ...checkNames(values, broken)];
  const usable = (...names: string[]) => !names.some((name) => broken.has(name));
  const expected = broken.size > 0 ? undefined : env;
  const app = look(
    "running app",
    origin !== undefined && (() => checkRunningApp(origin, expected, timeout)),
  );
  if (!env) return [...all, ...(await app)];

  if (values.AUTH_SECRET && usable("AUTH_SECRET")) all.push(checkSecrets(env.AUTH_SECRET));
  const address = usable("AUTH_URL", "AUTH_COOKIE_DOMAIN") ? checkAddress(env) : undefined;
  const hasTenant = !standIn && usable(...tenantVariables);
  const parts = await Promise.all([
    look("issuer", hasTenant && (() => checkTenant(env, address?.origin, timeout))),
    look(
      "database",
      usable("DATABASE_URL") &&
        (() => (isEmbedded ? checkEmbedded(root, timeout) : checkStore(env, timeout))),
    ),
    look("API", usable("API_URL", "LOGTO_RESOURCES") && (() => checkApi(env, timeout))),
    app,
  ]);
  return [...all, ...(address?.findings ?? []), ...parts.flat()];
}

const noTenant = warning(
  "Logto",
  "nothing of it is set: `npm run dev` brings a local stand-in, and people to sign in as",
  "For a tenant of your own: `npm run setup`.",
);

async function checkTenant(
  env: Env,
  origin: string | undefined,
  timeout: number,
): Promise<Finding[]> {
  const { findings, configuration } = await checkIssuer(env, timeout);
  const known = configuration?.serverMetadata().scopes_supported;
  const authSource = await readFile(new URL("../../auth.ts", import.meta.url), "utf8");
  const scopes = checkScopes(env, authSource, known);
  if (!configuration) return [...findings, ...scopes];
  const client = await checkClient(configuration);
  const asks = client.accepted && origin !== undefined;
  const application = await look(
    "application",
    asks && (() => checkApplication(configuration, env, origin)),
  );
  return [...findings, ...client.findings, ...scopes, ...application];
}

async function checkEmbedded(root: string | undefined, timeout: number): Promise<Finding[]> {
  const url = root && (await runningAt(embeddedData(root)));
  if (!url) return [ok("database", "`npm run dev` starts the embedded PostgreSQL")];
  const { checkDatabase, deploy } = await import("./database");
  const finding = await checkDatabase(url, timeout);
  const restart = "Start `npm run dev` again: it migrates this database.";
  return [finding.remedy === deploy ? { ...finding, remedy: restart } : finding];
}

async function checkStore({ DATABASE_URL }: Env, timeout: number): Promise<Finding[]> {
  if (!DATABASE_URL) return [ok("database", "none: sessions live in their cookie alone")];
  const { checkDatabase } = await import("./database");
  return [await checkDatabase(DATABASE_URL, timeout)];
}

async function checkApi({ API_URL, LOGTO_RESOURCES }: Env, timeout: number): Promise<Finding[]> {
  const check = "API";
  if (!API_URL) return [];
  if (LOGTO_RESOURCES.every((resource) => resource.startsWith("urn:logto:")))
    return [
      problem(
        check,
        "API_URL is set, and no API resource is: there is no access token to send",
        "Put the API's indicator into LOGTO_RESOURCES.",
      ),
    ];
  const { origin } = new URL(API_URL);
  const answers = await fetch(origin, {
    method: "HEAD",
    signal: AbortSignal.timeout(timeout * 1000),
  }).then(
    () => true,
    () => false,
  );
  const remedy = "Start it, or look at API_URL.";
  return [
    answers
      ? ok(check, `${origin} answers`)
      : warning(check, `${origin} does not answer from here`, remedy),
  ];
}

/** Looks where it can. What a check did not foresee is a finding, too: a timeout, mostly. */
async function look(check: string, at: (() => Promise<Finding[]>) | false): Promise<Finding[]> {
  try {
    return at ? await at() : [];
  } catch (error) {
    const name = error instanceof Error ? error.name : "unknown";
    return [problem(check, `could not be looked at (${name})`, "Try again.")];
  }
}
