import { readFile } from "node:fs/promises";
import type { Env } from "../../lib/env";
import { databasePlaceholder, diagnoseDatabase } from "../database/diagnosis";
import { newSecret, tenantVariables, type Variables } from "../environment";
import { appVariables } from "../stand-in";
import { checkAddress } from "./address";
import { checkApi } from "./api";
import { checkApplication, checkClient } from "./application";
import { problem, warning, type Finding } from "./finding";
import { checkIssuer } from "./issuer";
import { checkRunningApp } from "./running-app";
import { checkNames, checkScopes, checkSecrets, readVariables } from "./variables";

export interface Question {
  /** The variables: of a deployment if NODE_ENV is "production", else of `npm run dev`. */
  values: Variables;
  /** The project's folder. */
  root?: string;
  /** The address of a running app to check as well; replaces AUTH_URL. */
  url?: string | undefined;
  /** Timeout of each request, in seconds. */
  timeout?: number;
}

/**
 * Checks a configuration by sending requests to the issuer, the running app and whatever else it
 * names, in parallel. Changes nothing.
 *
 * @returns the findings, in a useful reading order
 */
export async function diagnose(question: Question): Promise<Finding[]> {
  const { values, url, timeout = 5 } = question;
  const development = values.NODE_ENV !== "production";
  const standIn = development && tenantVariables.every((name) => !values[name]);
  const origin = url && new URL(url).origin;
  const { findings, env, broken } = readVariables({
    // `npm run dev` generates one if it is unset.
    ...(development && { AUTH_SECRET: newSecret() }),
    ...(standIn && appVariables("http://localhost:3001/oidc")),
    ...values,
    ...databasePlaceholder(values),
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
    look("database", usable("DATABASE_URL") && (() => diagnoseDatabase(question, env))),
    look("API", usable("API_URL", "LOGTO_RESOURCES") && (() => checkApi(env, timeout))),
    app,
  ]);
  return [...all, ...(address?.findings ?? []), ...parts.flat()];
}

const noTenant = warning(
  "Logto",
  "not configured: `npm run dev` starts a local stand-in with users to sign in as",
  "To use your own tenant, run `npm run setup`.",
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
  const canCheck = client.accepted && origin !== undefined;
  const application = await look(
    "application",
    canCheck && (() => checkApplication(configuration, env, origin)),
  );
  return [...findings, ...client.findings, ...scopes, ...application];
}

/** Runs a check, if there is one. An unexpected error, mostly a timeout, becomes a finding. */
async function look(check: string, run: (() => Promise<Finding[]>) | false): Promise<Finding[]> {
  try {
    return run ? await run() : [];
  } catch (error) {
    const name = error instanceof Error ? error.name : "unknown";
    return [problem(check, `could not be checked (${name})`, "Try again.")];
  }
}
