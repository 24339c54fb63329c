import { existsSync } from "node:fs";
import process from "node:process";
import { findBrowser, type Browser } from "./browser";
import { start } from "./children.mjs";
import { startProgress } from "./terminal.mjs";

/** No browser was found or could be installed; the message has the output of the installers. */
export class NoBrowserError extends Error {
  override name = "NoBrowserError";
}

interface Installer {
  packageName: string;
  steps: [string, string[]][];
}

/** Playwright's own first, then Debian's package for networks that block Playwright's downloads. */
function installers(): Installer[] {
  const playwright: Installer = {
    packageName: "Playwright's Chromium",
    steps: [[process.execPath, ["node_modules/@playwright/test/cli.js", "install", "chromium"]]],
  };
  const asRootOnDebian = process.getuid?.() === 0 && existsSync("/etc/debian_version");
  const debian: Installer = {
    packageName: "Debian's chromium",
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
 * @throws NoBrowserError if none can be installed
 */
export async function ensureBrowser(root: string): Promise<Browser> {
  const found = findBrowser();
  if (found) return found;
  let output = "";
  for (const { packageName, steps } of installers()) {
    const end = startProgress(() => `No browser found: installing ${packageName}`);
    for (const [command, args] of steps) {
      const child = start(command, args, { cwd: root, env: { DEBIAN_FRONTEND: "noninteractive" } });
      const code = await child.exited;
      output += child.output();
      if (code !== 0) break;
    }
    end();
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new NoBrowserError(
    `${output}\nThere is no browser for the end-to-end tests. Install Chrome or Chromium, or run \`npx playwright install chromium\`.`,
  );
}
