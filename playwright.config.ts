import process from "node:process";
import { defineConfig, devices } from "@playwright/test";
import { findBrowser } from "./dev/browser";
import type { ProjectOptions } from "./tests/e2e/fixtures";

const browser = findBrowser();

const files = (...names: string[]) => names.map((name) => `**/${name}.spec.ts`);
/** `npm run test:release`: what shows little more than another test does, but takes its time. */
const isRelease = process.env.STORM === "full";

/** What needs a database. */
const users = files("account", "users");
/** What builds the app once more. */
const builds = files("closed-site", "next-config", "standalone");
/** What needs nginx, which not every machine has. */
const proxied = files("nginx");
/** What becomes of sessions, wherever they are kept. */
const sessions = files(
  "backchannel-logout",
  "faults-renewal",
  "faults-waiting",
  "two-people",
  ...(isRelease
    ? ["exchange", "faults-grant", "faults-freshness", "session-races", "subdomains"]
    : []),
);
/** What else goes by the row in strategy `database`. */
const rows = files(
  "exchange",
  "faults-freshness",
  "faults-grant",
  "proxy-session",
  "protected-paths",
  "session-races",
  "sign-out",
  "subdomains",
  ...(isRelease ? ["allowed-emails", "sign-in"] : []),
);

const tests = { testDir: "tests/e2e" };
/** Once more, without what is about the encrypted cookie alone or would show nothing new. */
const again = { ...tests, grepInvert: /@jwt/ };

export default defineConfig<object, ProjectOptions>({
  projects: [
    { ...tests, name: "e2e", testIgnore: [...users, ...builds, ...proxied], use: { mode: "jwt" } },
    {
      ...again,
      name: "e2e-jwt-database",
      // The users are in the database, the sessions in the cookie.
      testMatch: files("users"),
      grepInvert: /@jwt|@rows/,
      workers: 1,
      use: { mode: "jwt with a database", engine: "embedded" },
    },
    {
      ...again,
      name: "e2e-database",
      // By files, some of which have an app of their own.
      fullyParallel: false,
      testMatch: [...users, ...sessions, ...rows],
      use: { mode: "database", engine: "postgres" },
    },
    isRelease
      ? {
          name: "load",
          testDir: "tests",
          testMatch: ["**/load/*.spec.ts", ...builds],
          // Each by itself: an answer that comes too late ends a session, here as at Logto.
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
    // Recording costs a third of the time, and once in a while keeps a browser from closing. By
    // hand: `--trace on`.
    trace: "off",
    launchOptions: {
      args: browser?.args ?? [],
      ...(browser?.executablePath ? { executablePath: browser.executablePath } : {}),
    },
  },
});
