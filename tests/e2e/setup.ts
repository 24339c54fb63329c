import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import type { FullConfig } from "@playwright/test";
import { controlOf } from "./identity-control";
import { leaksIn } from "./leaks";
import { startPair } from "./servers";

/** Starts the app and the stand-in that all tests share, except those that disturb them, which start their own. */
export default async function setup(config: FullConfig): Promise<() => Promise<void>> {
  const log = path.join(config.rootDir, "../../test-results/app.log");
  mkdirSync(path.dirname(log), { recursive: true });
  writeFileSync(log, "");
  const { app, identity, stop } = await startPair({}, (line) => appendFileSync(log, `${line}\n`));
  // The workers are other processes: this is how they hear of it (fixtures.ts).
  Object.assign(process.env, {
    E2E_APP: app.url,
    E2E_SECRET: app.secret,
    E2E_IDENTITY: identity.endpoint,
    E2E_APP_LOG: log,
  });
  return async () => {
    const leaks = await leaksIn(
      [{ from: "the log", text: app.log() }],
      controlOf(identity.endpoint),
      app.secret,
    );
    await stop();
    if (leaks.length > 0) throw new Error(`The app's log shows what it must not:\n${leaks.join("\n")}`);
  };
}
