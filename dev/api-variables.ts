import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { databaseServer, LaunchError, readEnvironment, type Variables } from "./environment";

/**
 * Where `npm run dev:api` listens, and the app's proxy expects it, unless API_URL says otherwise.
 */
export const apiUrl = "http://localhost:4000";

/** Lies in `.data/` with the other secrets of this machine. */
const keptFile = (root: string) => path.join(root, ".data/app-variables.json");
const kept = z.record(z.string(), z.string());

/**
 * Keeps what `npm run dev` gave to the app beyond the environment, for the API server that is
 * started beside it.
 *
 * @param root the project's folder
 */
export function keepVariables(root: string, given: Variables): void {
  mkdirSync(path.dirname(keptFile(root)), { recursive: true });
  writeFileSync(keptFile(root), JSON.stringify(given), { mode: 0o600 });
}

/**
 * The variables of the API server beside an app that `npm run dev` has started.
 *
 * @param root the project's folder
 * @throws LaunchError where there is nothing that it could be the API of, or no port of this
 *   machine to listen on
 */
export function apiVariables(root: string): Variables {
  const given = existsSync(keptFile(root)) ? readFileSync(keptFile(root), "utf8") : "{}";
  const values: Variables = { ...readEnvironment(root), ...kept.parse(JSON.parse(given)) };
  const { hostname, port } = new URL(values.API_URL ?? apiUrl);
  if (hostname !== "localhost" || !port)
    throw new LaunchError(
      "API_URL is not http://localhost with a port: the app calls an API that runs elsewhere.",
    );
  const resources = (values.LOGTO_RESOURCES ?? "").split(/[\s,]+/).filter(Boolean);
  const resource = values.API_RESOURCE ?? resources.find((each) => !each.startsWith("urn:logto:"));
  if (!resource)
    throw new LaunchError(
      "Set LOGTO_RESOURCES to the indicator of an API resource at your tenant, which this is to be the API of.",
    );
  return {
    ...values,
    DATABASE_URL: databaseServer(values),
    PORT: port,
    // As `npm run dev` does, for this machine alone.
    HOST: "127.0.0.1",
    API_RESOURCE: resource,
  };
}
