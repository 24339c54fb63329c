import type { Env } from "../../lib/env";
import type { Question } from "../doctor/diagnose";
import type { Doctor } from "../doctor/findings";
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
  doctor: Doctor,
  { values, root }: Question,
  { DATABASE_URL }: Env,
): Promise<void> {
  const uses = isEmbedded(values);
  const url = uses ? root && (await runningAt(embeddedData(root))) : DATABASE_URL;
  // Imported here, because on a fresh clone the client has just been generated.
  const { checkDatabase, deploy } = await import("./check");
  const remedy = uses ? "Restart `npm run dev`: it migrates this database." : deploy;
  await doctor.look("database", { deploy: remedy }, (report) =>
    url ? checkDatabase(report, url, doctor.timeout) : report(uses ? "embedded" : "none"),
  );
}

/**
 * Finds a deployment on Vercel that stores sessions in cookies only.
 *
 * @param app the headers of the running app, if it is checked and responds
 */
export async function diagnoseVercel(doctor: Doctor, env: Env, app?: Promise<Headers | undefined>) {
  const { VERCEL, AUTH_URL, AUTH_SESSION_STRATEGY } = env;
  const signs = [VERCEL, AUTH_URL?.endsWith(".vercel.app"), (await app)?.has("x-vercel-id")];
  if (signs.some(Boolean) && AUTH_SESSION_STRATEGY !== "database")
    await doctor.look("Vercel", {}, (report) => report("cookies only"));
}
