import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { databaseServer } from "../../../dev/database/choice";
import { LaunchError, readEnvironment, unlessSet, type Variables } from "../../../dev/environment";

/** The address of the API server for `npm run dev:api` and the app's proxy, if API_URL is unset. */
export const apiUrl = "http://localhost:4000";

/** The variables that let the app's proxy find the API server. @param values that are set */
export const apiDefaults = (values: Variables): Variables => unlessSet(values, { API_URL: apiUrl });

// This file imports no package: the launcher loads it, perhaps while the packages of this folder are
// being installed.

/** In `.data/` with the other secrets of this machine. */
const variablesFile = (root: string) => path.join(root, ".data/app.env");

/**
 * Stores the variables that `npm run dev` adds to the app's environment, for the API server that
 * runs beside it.
 *
 * @param root the project's folder
 * @param given the variables
 */
export function keepVariables(root: string, given: Variables): void {
  mkdirSync(path.dirname(variablesFile(root)), { recursive: true });
  const lines = Object.entries(given).map(([name, value = ""]) => `${name}="${value}"\n`);
  writeFileSync(variablesFile(root), lines.join(""), { mode: 0o600 });
}

/**
 * The variables of an API server beside an app that `npm run dev` started.
 *
 * @param root the project's folder
 * @throws LaunchError if API_URL is not a port of this machine, or there is no API resource
 */
export function apiVariables(root: string): Variables {
  const file = variablesFile(root);
  const given = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {};
  const values: Variables = { ...readEnvironment(root), ...given };
  const { hostname, port } = new URL(values.API_URL ?? apiUrl);
  if (hostname !== "localhost" || !port)
    throw new LaunchError(
      "API_URL is not http://localhost with a port, so the app calls an API that runs elsewhere.",
    );
  const resources = (values.LOGTO_RESOURCES ?? "").split(/[\s,]+/).filter(Boolean);
  const resource = values.API_RESOURCE ?? resources.find((each) => !each.startsWith("urn:logto:"));
  if (!resource)
    throw new LaunchError(
      "Set LOGTO_RESOURCES to the indicator of the API resource in your Logto tenant that this server is for.",
    );
  return {
    ...values,
    DATABASE_URL: databaseServer(values),
    PORT: port,
    // Only for this machine, like `npm run dev`.
    HOST: "127.0.0.1",
    API_RESOURCE: resource,
  };
}
