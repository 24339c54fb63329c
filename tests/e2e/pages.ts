import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, type Page } from "@playwright/test";
import { z } from "zod";
import { acme } from "../../dev/identity/seed";
import { hydrated } from "./steps";

const manifest = fileURLToPath(new URL("../../.next/app-path-routes-manifest.json", import.meta.url));

/** The address of every page that the build has. */
export function everyPage(): string[] {
  const routes = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(manifest, "utf8")));
  return Object.entries(routes)
    .filter(([file, route]) => file.endsWith("/page") && !route.startsWith("/_"))
    .map(([, route]) => route.replace("[id]", acme.id));
}

/** Opens a page and waits until nothing of it is on its way any more. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
  await expect(page.getByRole("status").filter({ hasText: /Loading|Asking/ })).toHaveCount(0);
}

/** What the browser complains about from now on, except that a page that shall not exist does not. */
export function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on("pageerror", (error) => found.push(error.message));
  page.on("console", (message) => {
    const isNotFound = message.location().url.endsWith("/no-such-page");
    if (["error", "warning"].includes(message.type()) && !isNotFound) found.push(message.text());
  });
  return found;
}
