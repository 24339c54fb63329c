import type { Env } from "../../lib/env";
import type { Question } from "../doctor/diagnose";
import { ok, type Finding } from "../doctor/finding";
import type { Variables } from "../environment";
import { embedded } from "./choice";
import { embeddedData, runningAt } from "./claim";

const isEmbedded = ({ DATABASE_URL, NODE_ENV }: Variables) =>
  NODE_ENV !== "production" && DATABASE_URL === embedded;

/** The URL of a server in place of "embedded", for the check of the variables. */
export const databasePlaceholder = (values: Variables): Variables =>
  isEmbedded(values) ? { DATABASE_URL: "postgresql://localhost" } : {};

/** Checks the database of a configuration, if it has one. */
export function diagnoseDatabase(
  { values, root, timeout = 5 }: Question,
  env: Env,
): Promise<Finding[]> {
  return isEmbedded(values) ? diagnoseEmbedded(root, timeout) : diagnoseServer(env, timeout);
}

async function diagnoseEmbedded(root: string | undefined, timeout: number): Promise<Finding[]> {
  const url = root && (await runningAt(embeddedData(root)));
  if (!url) return [ok("database", "`npm run dev` starts the embedded PostgreSQL")];
  const { checkDatabase, deploy } = await import("./check");
  const finding = await checkDatabase(url, timeout);
  const restart = "Restart `npm run dev`: it migrates this database.";
  return [finding.remedy === deploy ? { ...finding, remedy: restart } : finding];
}

async function diagnoseServer({ DATABASE_URL }: Env, timeout: number): Promise<Finding[]> {
  if (!DATABASE_URL) return [ok("database", "none: sessions are stored in their cookie only")];
  const { checkDatabase } = await import("./check");
  return [await checkDatabase(DATABASE_URL, timeout)];
}
