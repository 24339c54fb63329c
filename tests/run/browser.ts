import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { chromium } from "@playwright/test";
import { start } from "../../dev/children.mjs";
import { print, showStep } from "../../dev/terminal.mjs";

/** A Chromium for the end-to-end tests: Playwright's own if `executablePath` is absent. */
export interface Browser {
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

/** Where the system's Chrome or Chromium may be, the most likely file first. */
function places(): { folders: (string | undefined)[]; files: string[] } {
  const { HOME = "", LOCALAPPDATA, PATH = "", PROGRAMFILES } = process.env;
  if (process.platform === "darwin")
    return {
      folders: ["/Applications", path.join(HOME, "Applications")],
      files: ["Google Chrome", "Chromium"].map((name) => `${name}.app/Contents/MacOS/${name}`),
    };
  if (process.platform === "win32")
    return {
      folders: [PROGRAMFILES, process.env["PROGRAMFILES(X86)"], LOCALAPPDATA],
      files: ["Google/Chrome", "Chromium"].map((name) => `${name}/Application/chrome.exe`),
    };
  return {
    folders: PATH.split(path.delimiter),
    // The headless shell comes first. Like Playwright's own browser, it is the same engine without
    // windows, and needs half the time.
    files: [
      "chromium-headless-shell",
      "google-chrome",
      "google-chrome-stable",
      "chromium",
      "chromium-browser",
    ],
  };
}

/**
 * Finds Playwright's own browser, else the system's Chrome or Chromium.
 *
 * @returns undefined if neither is installed
 */
export function findBrowser(): Browser | undefined {
  // Chromium's sandbox does not run as root.
  const args = process.getuid?.() === 0 ? [...quiet, "--no-sandbox"] : quiet;
  if (existsSync(chromium.executablePath())) return { args };
  const { folders, files } = places();
  const executablePath = files
    .flatMap((file) => folders.map((folder) => folder && path.join(folder, file)))
    .find((file) => file && existsSync(file));
  return executablePath ? { executablePath, args } : undefined;
}

/**
 * Finds a browser for the end-to-end tests, or downloads Playwright's own. It needs libraries of
 * the system, which this does not install, so the browser is started once.
 *
 * @param root the project's folder
 * @returns undefined if there is no browser that starts; the reason and what to do are printed
 */
export async function ensureBrowser(root: string): Promise<Browser | undefined> {
  if (!findBrowser()) {
    const cli = ["node_modules/@playwright/test/cli.js", "install", "chromium"];
    const download = start(process.execPath, cli, { cwd: root });
    await showStep("No browser found: downloading Playwright's", "Browser downloaded", download);
  }
  const browser = findBrowser();
  try {
    if (browser) {
      await (await chromium.launch(browser)).close();
      print(`  Browser: ${browser.executablePath ?? chromium.executablePath()}`);
      return browser;
    }
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
  }
  print(
    "The end-to-end tests need a browser and its system libraries. On Debian, run as root:\n" +
      "  apt-get install chromium-headless-shell fonts-liberation\n" +
      "On other systems, install Chrome or Chromium, or run:\n" +
      "  npx playwright install --with-deps chromium",
  );
  return undefined;
}
