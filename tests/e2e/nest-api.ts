import process from "node:process";
import { fileURLToPath } from "node:url";
import { start } from "../../dev/children.mjs";
import type { Variables } from "../../dev/environment";
import { freePort, withoutLocalVariables } from "./servers";

const folder = fileURLToPath(new URL("../../examples/nest-api", import.meta.url));

/** One running instance of examples/nest-api, as `npm run dev:api -- build` compiled it. */
export interface NestApi {
  url: string;
  port: number;
  /** Everything it has printed so far. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Starts the API server with exactly these variables. Without `PORT` it gets a free port.
 *
 * @throws Error with the server's output, if it exits before it listens
 */
export async function startNestApi(variables: Variables): Promise<NestApi> {
  const port = Number(variables.PORT ?? (await freePort()));
  let listening: () => void = () => undefined;
  const listens = new Promise<"listens">((resolve) => (listening = () => resolve("listens")));
  const child = start(process.execPath, ["dist/main.js"], {
    cwd: folder,
    env: { ...withoutLocalVariables(), CORS_ORIGINS: "", ...variables, PORT: String(port) },
    onLine: (line) => line.includes("listens") && listening(),
  });
  if ((await Promise.race([listens, child.exited])) !== "listens")
    throw new Error(`The API server did not start:\n${child.output()}`);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    log: () => child.output(),
    stop: () => child.stop(),
  };
}
