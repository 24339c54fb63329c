import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { signIn } from "../tests/e2e/stage";
import { startPair } from "../tests/e2e/servers";
import { isBuilt } from "../dev/built";
import { endAll, endTogether } from "../dev/children.mjs";
import { ensureBrowser } from "../dev/ensure-browser";
import { print } from "../dev/terminal.mjs";

// `npm run screenshots`: takes the README's screenshots from the production build.

const root = fileURLToPath(new URL("..", import.meta.url));
if (!isBuilt(root)) {
  print("The build is missing or older than the sources: run `npm run build` first.");
  process.exit(1);
}

endTogether(130);
const { executablePath, args } = await ensureBrowser(root);
const browser = await chromium.launch({ executablePath, args });
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
await endAll(0);
