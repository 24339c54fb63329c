import path from "node:path";
import { chromium } from "@playwright/test";
import { ensureBrowser } from "../tests/run/browser";
import { isBuilt } from "../tests/run/built";
import { print } from "../dev/terminal.mjs";
import { startPair } from "../tests/e2e/servers";
import { signIn } from "../tests/e2e/requests";

/**
 * `npm run screenshots`: takes the README's screenshots from the production build.
 *
 * @param root the project's folder
 * @returns the exit code
 */
export async function takeScreenshots(root: string): Promise<number> {
  if (!isBuilt(root)) {
    print("The build is missing or older than the sources: run `npm run build` first.");
    return 1;
  }
  const found = await ensureBrowser(root);
  if (!found) return 1;
  const browser = await chromium.launch(found);
  const { app, stop } = await startPair();
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({
      baseURL: app.url,
      colorScheme,
      viewport: { width: 1280, height: 800 },
      deviceScaleFactor: 1.5,
    });
    await signIn(page, "alice");
    await page.waitForLoadState("networkidle");
    const file = `docs/images/dashboard-${colorScheme}.png`;
    await page.screenshot({ path: path.join(root, file) });
    print(file);
  }
  await browser.close();
  await stop();
  return 0;
}
