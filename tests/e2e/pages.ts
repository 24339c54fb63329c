import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { z } from "zod";
import { acme } from "../../dev/identity/seed";
import { hydrated } from "./steps";

const manifest = fileURLToPath(
  new URL("../../.next/app-path-routes-manifest.json", import.meta.url),
);

function addresses(kind: "page" | "route"): string[] {
  const routes = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(manifest, "utf8")));
  return Object.entries(routes)
    .filter(([file, route]) => file.endsWith(`/${kind}`) && !route.startsWith("/_"))
    .map(([, route]) => route.replace("[id]", acme.id).replace(/\[\.\.\.\w+\]/, "made-up"));
}

/** The address of every page that the build has. */
export const everyPage = () => addresses("page");

/** An address of every route handler that the build has. */
export const everyHandler = () => addresses("route");

/** Opens a page and waits until nothing of it is on its way any more. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
  await expect(page.getByRole("status").filter({ hasText: /Loading|Asking/ })).toHaveCount(0);
}

/**
 * What the browser complains about from now on, except that a page that shall not exist does not.
 */
export function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on("pageerror", (error) => found.push(error.message));
  page.on("console", (message) => {
    const isNotFound = message.location().url.endsWith("/no-such-page");
    if (["error", "warning"].includes(message.type()) && !isNotFound) found.push(message.text());
  });
  return found;
}

const violated = z.array(
  z.object({ id: z.string(), nodes: z.array(z.object({ target: z.array(z.unknown()) })) }),
);

/** @returns a line for each element that breaks a rule */
const lines = (page: Page, violations: unknown) =>
  violated
    .parse(violations)
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${page.url()} ${id}: ${target.join(" ")}`),
    );

/** What axe finds wrong, each with the elements that it is about. */
export async function violations(page: Page): Promise<string[]> {
  // The other mode opens a page of its own for each check; it is for frames of other origins, and
  // there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
  return lines(page, (await axe.analyze()).violations);
}

/**
 * What axe, which is in the page already, finds wrong in the dark: nothing but the colours differs,
 * once they are there.
 */
async function violationsInTheDark(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "dark" });
  const run = `Promise.all(document.getAnimations().map(({ finished }) => finished))
    .then(() => axe.run({ runOnly: ["color-contrast"], resultTypes: ["violations"] }))
    .then(({ violations }) => violations)`;
  return lines(page, await page.evaluate(run));
}

/** By how much a page is wider than its window, in pixels. */
export const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

export const phone = { width: 360, height: 740 };

/**
 * What is wrong with pages: what axe finds, light and dark, what is too wide for a phone, what the
 * console says.
 */
export async function flaws(page: Page, paths: string[]): Promise<string[]> {
  const found = complaints(page);
  const viewport = page.viewportSize() ?? phone;
  for (const path of paths) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme: "light" });
    await open(page, path);
    found.push(...(await violations(page)), ...(await violationsInTheDark(page)));
    await page.setViewportSize(phone);
    if ((await overflow(page)) > 0) found.push(`${path} needs sideways scrolling on a phone`);
  }
  return found;
}
