import process from "node:process";
import { defineConfig, devices } from "@playwright/test";
import { findBrowser } from "./tests/run/browser";
import type { ProjectOptions } from "./tests/e2e/fixtures";

const browser = findBrowser();

const files = (...names: string[]) => names.map((name) => `**/${name}.spec.ts`);
/** `npm run test:release` adds tests that take long and cover little more than others do. */
const isRelease = process.env.STORM === "full";

/** Need a database. */
const users = files("account", "users");
/** Build the app again. */
const builds = files("closed-site", "next-config", "standalone");
/** Need nginx, which not every machine has. */
const proxied = files("nginx");
/** Test the course of sessions, for both stores. */
const sessions = files(
  "backchannel-logout",
  "faults-renewal",
  "faults-waiting",
  "two-people",
  ...(isRelease ? ["exchange", "faults-grant", "faults-freshness", "session-races"] : []),
  ...(isRelease ? ["subdomains"] : []),
  ...(isRelease ? ["two-processes"] : []),
);
/** Test other behaviour that depends on the row if sessions are in the database. */
const rows = files(
  "exchange",
  "faults-freshness",
  "faults-grant",
  "proxy-session",
  "protected-paths",
  "session-races",
  "sign-out",
  "subdomains",
  "two-processes",
  ...(isRelease ? ["allowed-emails", "sign-in"] : []),
);

const tests = { testDir: "tests/e2e" };
/** Tests that run again in another mode, without those that only concern the encrypted cookie. */
const otherModes = { ...tests, grepInvert: /@jwt/ };

export default defineConfig<object, ProjectOptions>({
  projects: [
    { ...tests, name: "e2e", testIgnore: [...users, ...builds, ...proxied], use: { mode: "jwt" } },
    {
      ...otherModes,
      name: "e2e-jwt-database",
      // The users are in the database, the sessions in the cookie.
      testMatch: files("users"),
      grepInvert: /@jwt|@rows/,
      workers: 1,
      use: { mode: "jwt with a database", engine: "embedded" },
    },
    {
      ...otherModes,
      name: "e2e-database",
      // In parallel by file only, because some files have their own app.
      fullyParallel: false,
      testMatch: [...users, ...sessions, ...rows],
      use: { mode: "database", engine: "postgres" },
    },
    isRelease
      ? {
          name: "load",
          testDir: "tests",
          testMatch: ["**/load/*.spec.ts", ...builds],
          // Alone, after all other tests: here as at Logto, a response that is too late ends a
          // session.
          dependencies: ["e2e", "e2e-jwt-database", "e2e-database"],
          workers: 1,
        }
      : { name: "load", testDir: "tests/load", testIgnore: files("killed", "storm", "waiting") },
    ...(isRelease ? [{ ...tests, name: "proxy", testMatch: proxied }] : []),
  ],
  globalSetup: "./tests/e2e/setup.ts",
  fullyParallel: true,
  workers: 3,
  forbidOnly: Boolean(process.env.CI),
  reporter: "list",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    ...devices["Desktop Chrome"],
    // Tracing costs a third of the time and sometimes keeps a browser from closing. Enable it by
    // hand with `--trace on`.
    trace: "off",
    launchOptions: {
      args: browser?.args ?? [],
      ...(browser?.executablePath ? { executablePath: browser.executablePath } : {}),
    },
  },
});
