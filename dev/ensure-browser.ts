import { existsSync } from "node:fs";
import process from "node:process";
import { findBrowser, type Browser } from "./browser";
import { start } from "./children.mjs";
import { startProgress } from "./terminal.mjs";

/**
 * No browser was found and none could be installed; the message says why, with the installers' own
 * words.
 */
export class NoBrowserError extends Error {
  override name = "NoBrowserError";
}

interface Installer {
  what: string;
  steps: [string, string[]][];
}

/** Playwright's own first; where its downloads are blocked, Debian's package will do. */
function installers(): Installer[] {
  const playwright: Installer = {
    what: "Playwright's Chromium",
    steps: [[process.execPath, ["node_modules/@playwright/test/cli.js", "install", "chromium"]]],
  };
  const asRootOnDebian = process.getuid?.() === 0 && existsSync("/etc/debian_version");
  const debian: Installer = {
    what: "Debian's chromium",
    steps: [
      ["apt-get", ["update", "-q"]],
      [
        "apt-get",
        [
          "install",
          "-yq",
          "--no-install-recommends",
          "chromium-headless-shell",
          "fonts-liberation",
        ],
      ],
    ],
  };
  return asRootOnDebian ? [playwright, debian] : [playwright];
}

/**
 * Finds a browser for the end-to-end tests, or installs one.
 *
 * @param root the project's folder
 * @throws NoBrowserError
 */
export async function ensureBrowser(root: string): Promise<Browser> {
  const found = findBrowser();
  if (found) return found;
  let said = "";
  for (const { what, steps } of installers()) {
    const end = startProgress(() => `No browser found: installing ${what}`);
    for (const [command, args] of steps) {
      const child = start(command, args, { cwd: root, env: { DEBIAN_FRONTEND: "noninteractive" } });
      const code = await child.exited;
      said += child.output();
      if (code !== 0) break;
    }
    end();
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new NoBrowserError(
    `${said}\nThere is no browser for the end-to-end tests. Install Chrome or Chromium, or run \`npx playwright install chromium\`.`,
  );
}
