import process from "node:process";
import { defineConfig, devices, type Project } from "@playwright/test";
import { findBrowser } from "./tests/run/browser";
import { databaseProjects } from "./tests/database/projects";
import type { ProjectOptions } from "./tests/e2e/fixtures";
import { files, isRelease } from "./tests/files";

const browser = findBrowser();

/** Build the app again. */
const builds = files("closed-site", "next-config", "standalone");
/** Need nginx, which not every machine has. */
const proxied = files("nginx");
const tests = { testDir: "tests/e2e" };
/** The end-to-end tests, in each mode. */
const modes: Project<object, ProjectOptions>[] = [
  { ...tests, name: "e2e", testIgnore: [...builds, ...proxied], use: { mode: "jwt" } },
  ...databaseProjects,
];
/** Load tests that only `npm run test:load` runs. */
const large = [
  // With a cluster.
  ...files("killed", "waiting"),
  ...files("storm"),
];

export default defineConfig<object, ProjectOptions>({
  projects: [
    ...modes,
    isRelease
      ? {
          name: "load",
          testDir: "tests",
          testMatch: ["**/load/*.spec.ts", ...builds],
          // Alone, after all other tests: here as at Logto, a response that is too late ends a
          // session.
          dependencies: modes.map(({ name = "" }) => name),
          workers: 1,
        }
      : { name: "load", testDir: "tests/load", testIgnore: large },
    ...(isRelease ? [{ ...tests, name: "proxy", testMatch: proxied }] : []),
  ],
  globalSetup: "./tests/database/setup.ts",
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
