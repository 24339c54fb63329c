import type { Env } from "../../lib/env";
import { isOnVercel } from "../doctor/address";
import type { Question } from "../doctor/diagnose";
import type { Findings } from "../doctor/findings";
import type { Variables } from "../environment";
import { embedded } from "./choice";
import { embeddedData, runningAt } from "./claim";

const isEmbedded = ({ DATABASE_URL, NODE_ENV }: Variables) =>
  NODE_ENV !== "production" && DATABASE_URL === embedded;

/** The URL of a server in place of "embedded", for the check of the variables. */
export const databasePlaceholder = (values: Variables): Variables =>
  isEmbedded(values) ? { DATABASE_URL: "postgresql://localhost" } : {};

/** Checks the database of a configuration, if it has one. */
export async function diagnoseDatabase(
  findings: Findings,
  { values, root, timeout = 5 }: Question,
  { DATABASE_URL }: Env,
): Promise<void> {
  const uses = isEmbedded(values);
  const url = uses ? root && (await runningAt(embeddedData(root))) : DATABASE_URL;
  // Imported here, because on a fresh clone the client has just been generated.
  const { checkDatabase, deploy } = await import("./check");
  const remedy = uses ? "Restart `npm run dev`: it migrates this database." : deploy;
  await findings.look("database", { deploy: remedy }, (report) =>
    url ? checkDatabase(report, url, timeout) : report(uses ? "embedded" : "none"),
  );
}

/**
 * Finds a deployment on Vercel that stores sessions in cookies only.
 *
 * @param headers of the running app, if it was checked
 */
export async function diagnoseVercel(
  findings: Findings,
  env: Env,
  headers: Headers | undefined,
): Promise<void> {
  const isVercel = isOnVercel(env) || headers?.has("x-vercel-id");
  if (isVercel && env.AUTH_SESSION_STRATEGY !== "database")
    await findings.look("Vercel", {}, (report) => report("cookies only"));
}
