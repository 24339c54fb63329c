import type { Env } from "../../lib/env";
import { databasePlaceholder, diagnoseDatabase, diagnoseVercel } from "../database/diagnosis";
import { newSecret, tenantVariables, type Variables } from "../environment";
import { appVariables } from "../stand-in";
import { checkAddress, publicSuffix } from "./address";
import { checkApi } from "./api";
import { Doctor, type Finding } from "./findings";
import type { SignIn } from "./permissions";
import { checkRunningApp } from "./running-app";
import { checkTenant } from "./tenant";
import { checkVariables, looksLikeExample } from "./variables";

export interface Question {
  /** The variables: of a deployment if NODE_ENV is "production", else of `npm run dev`. */
  values: Variables;
  /** The project's folder, to find an embedded Postgres that is running. */
  root?: string;
  /** The address of a running app to check as well; replaces AUTH_URL. */
  url?: string | undefined;
  /** Timeout of each request, in seconds. */
  timeout?: number;
  /** Without it no user is asked to sign in. */
  signInAt?: SignIn | false | undefined;
}

/**
 * Checks a configuration by sending requests to the issuer, the database, the API and the running
 * app, in parallel. Changes nothing.
 *
 * @returns the findings, in a useful reading order
 */
export async function diagnose(question: Question): Promise<Finding[]> {
  const { values, url, timeout, signInAt } = question;
  const doctor = new Doctor(timeout);
  const isDevelopment = values.NODE_ENV !== "production";
  const usesStandIn = isDevelopment && tenantVariables.every((name) => !values[name]);
  const running = url && new URL(url).origin;
  if (usesStandIn) await doctor.look("Logto", {}, (report) => report("no tenant"));
  const env = await checkVariables(doctor, {
    // `npm run dev` generates one if it is unset.
    ...(isDevelopment && { AUTH_SECRET: newSecret() }),
    ...(usesStandIn && appVariables("http://localhost:3001/oidc")),
    ...values,
    ...databasePlaceholder(values),
    ...(running && { AUTH_URL: running }),
  });
  const app = running ? checkRunningApp(doctor, running, env) : undefined;
  if (env)
    await Promise.all([
      checkSettings(doctor, env, values),
      usesStandIn || checkTenant(doctor, env, signInAt),
      diagnoseDatabase(doctor, question, env),
      diagnoseVercel(doctor, env, app),
      checkApi(doctor, env),
    ]);
  await app;
  return doctor.findings;
}

/** Checks what the variables alone show. */
async function checkSettings(doctor: Doctor, env: Env, values: Variables): Promise<void> {
  if (values.AUTH_SECRET)
    await doctor.look("AUTH_SECRET", {}, (report) => {
      if (env.AUTH_SECRET.some(looksLikeExample)) report("example");
    });
  const { AUTH_URL: origin = "", AUTH_COOKIE_DOMAIN: domain = "" } = env;
  await doctor.look("AUTH_URL", { origin }, (report) => checkAddress(report, env));
  if (publicSuffix.test(domain))
    await doctor.look("AUTH_COOKIE_DOMAIN", { domain }, (report) => report("public suffix"));
}
