import process from "node:process";
import { defineConfig, devices } from "@playwright/test";
import { findBrowser } from "./dev/browser";

const browser = findBrowser();

export default defineConfig({
  projects: [
    { name: "e2e", testDir: "tests/e2e" },
    { name: "load", testDir: "tests/load" },
  ],
  globalSetup: "./tests/e2e/setup.ts",
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  reporter: "list",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    ...devices["Desktop Chrome"],
    // Recording costs a third of the time, and once in a while keeps a browser from closing. By hand: `--trace on`.
    trace: "off",
    launchOptions: {
      args: browser?.args ?? [],
      ...(browser?.executablePath ? { executablePath: browser.executablePath } : {}),
    },
  },
});
