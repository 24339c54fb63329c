import type { Env } from "../../lib/env";
import { embeddedData, runningAt } from "../database/claim";
import { embedded, newSecret, tenantVariables, type Variables } from "../environment";
import { appVariables } from "../stand-in";
import { checkAddress, describeAddress, isOnVercel, originOf, publicSuffix } from "./address";
import { checkApi } from "./api";
import { checkDatabase, deploy } from "./database";
import { Findings, type Finding } from "./findings";
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
  /** Shows the address at which a user signs in. Without it no user is asked to. */
  signInAt?: ((url: URL) => void) | undefined;
}

/**
 * Checks a configuration by sending requests to the issuer, the database, the API and the running
 * app, in parallel. Changes nothing.
 *
 * @returns the findings, in a useful reading order
 */
export async function diagnose(question: Question): Promise<Finding[]> {
  const { values, root, url, timeout = 5, signInAt } = question;
  const isDevelopment = values.NODE_ENV !== "production";
  const usesStandIn = isDevelopment && tenantVariables.every((name) => !values[name]);
  const isEmbedded = isDevelopment && values.DATABASE_URL === embedded;
  const running = url && new URL(url).origin;
  const findings = new Findings();
  if (usesStandIn) await findings.look("Logto", {}, (report) => report("no tenant"));
  const env = await checkVariables(findings, {
    // `npm run dev` generates one if it is unset.
    ...(isDevelopment && { AUTH_SECRET: newSecret() }),
    ...(usesStandIn && appVariables("http://localhost:3001/oidc")),
    ...values,
    ...(isEmbedded && { DATABASE_URL: "postgresql://localhost" }),
    ...(running && { AUTH_URL: running }),
  });
  const app = running ? checkRunningApp(findings, running, env, timeout) : undefined;
  if (env) {
    const origin = originOf(env);
    await Promise.all([
      checkSettings(findings, env, values),
      ...(usesStandIn ? [] : [checkTenant(findings, { env, origin, timeout }, signInAt)]),
      isEmbedded ? checkEmbedded(findings, root, timeout) : checkStore(findings, env, timeout),
      checkApi(findings, env, timeout),
    ]);
    const isVercel = isOnVercel(env) || (await app)?.has("x-vercel-id");
    if (isVercel && env.AUTH_SESSION_STRATEGY !== "database")
      await findings.look("Vercel", {}, (report) => report("cookies only"));
  }
  await app;
  return findings.inOrder();
}

/** Checks what the variables alone show. */
async function checkSettings(findings: Findings, env: Env, values: Variables): Promise<void> {
  if (values.AUTH_SECRET)
    await findings.look("AUTH_SECRET", {}, (report) => {
      if (env.AUTH_SECRET.some(looksLikeExample)) report("example");
    });
  await findings.look("AUTH_URL", { origin: describeAddress(env) }, (report) =>
    checkAddress(report, env),
  );
  const { AUTH_COOKIE_DOMAIN: domain = "" } = env;
  if (publicSuffix.test(domain))
    await findings.look("AUTH_COOKIE_DOMAIN", { domain }, (report) => report("public suffix"));
}

async function checkEmbedded(findings: Findings, root: string | undefined, timeout: number) {
  const url = root && (await runningAt(embeddedData(root)));
  const remedy = { deploy: "Restart `npm run dev`: it migrates this database." };
  await findings.look("database", remedy, (report) =>
    url ? checkDatabase(report, url, timeout) : report("embedded"),
  );
}

const checkStore = (findings: Findings, { DATABASE_URL }: Env, timeout: number) =>
  findings.look("database", { deploy }, (report) =>
    DATABASE_URL ? checkDatabase(report, DATABASE_URL, timeout) : report("none"),
  );
