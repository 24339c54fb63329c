import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { chromium } from "@playwright/test";

/** A Chromium for the end-to-end tests: Playwright's own if `executablePath` is absent. */
export interface Browser {
  name: string;
  executablePath?: string;
  args: string[];
}

/** Stops the browser's own requests, so that only the tests' requests leave the machine. */
const quiet = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

/**
 * The headless shell comes first. Like Playwright's own browser, it is the same engine without
 * windows, and needs half the time.
 */
const commands = [
  "chromium-headless-shell",
  "google-chrome",
  "google-chrome-stable",
  "chromium",
  "chromium-browser",
];

/** Where the system's Chrome or Chromium may be, the most likely place first. */
function candidates(): string[] {
  if (process.platform === "darwin") {
    const apps = ["Google Chrome", "Chromium"].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
    return [...apps, ...apps.map((file) => path.join(process.env.HOME ?? "", file))];
  }
  if (process.platform === "win32") {
    const roots = [
      process.env.PROGRAMFILES,
      process.env["PROGRAMFILES(X86)"],
      process.env.LOCALAPPDATA,
    ];
    const set = roots.filter((root) => root !== undefined);
    return ["Google/Chrome", "Chromium"].flatMap((name) =>
      set.map((root) => path.join(root, name, "Application/chrome.exe")),
    );
  }
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return commands.flatMap((command) => folders.map((folder) => path.join(folder, command)));
}

/**
 * Finds Playwright's own browser, else the system's Chrome or Chromium.
 *
 * @returns undefined if neither is installed
 */
export function findBrowser(): Browser | undefined {
  // Chromium's sandbox does not run as root.
  const args = process.getuid?.() === 0 ? [...quiet, "--no-sandbox"] : quiet;
  const own = chromium.executablePath();
  if (existsSync(own)) return { name: `Playwright's Chromium (${own})`, args };
  const executablePath = candidates().find((file) => existsSync(file));
  return executablePath ? { name: executablePath, executablePath, args } : undefined;
}
