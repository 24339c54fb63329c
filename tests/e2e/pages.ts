import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { z } from "zod";
import { acme } from "../../packages/logto-stand-in/src/seed";
import { hydrated } from "./steps";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Reads a file of the build. */
export const readBuilt = (file: string): unknown =>
  JSON.parse(readFileSync(path.join(root, ".next", file), "utf8"));

/** The routes of the build, by file. */
export const builtRoutes = () =>
  z.record(z.string(), z.string()).parse(readBuilt("app-path-routes-manifest.json"));

const pathsOf = (kind: "page" | "route") =>
  Object.entries(builtRoutes())
    .filter(([file, route]) => file.endsWith(`/${kind}`) && !route.startsWith("/_"))
    .map(([, route]) => route.replace("[id]", acme.id).replace(/\[\.\.\.\w+\]/, "made-up"));

/** A path of every page of the build. */
export const everyPage = () => pathsOf("page");

/** A path of every route handler of the build. */
export const everyHandler = () => pathsOf("route");

/** Opens a page and waits until it is hydrated and has loaded all of its parts. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await hydrated(page);
  await expect(page.getByRole("status").filter({ hasText: /Loading|Asking/ })).toHaveCount(0);
}

/**
 * Collects the browser's errors and warnings from now on, except the 404 of /no-such-page, which is
 * intended.
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

/** The violations that axe finds, a line for each element. */
export async function violations(page: Page): Promise<string[]> {
  // Outside legacy mode axe opens a new page for each check, to support frames of other origins.
  // These pages have no such frames.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
  return lines(page, (await axe.analyze()).violations);
}

/**
 * The contrast violations of the dark theme, once the transition of its colours has finished. Only
 * the colours differ from the light theme. axe is in the page already.
 */
async function darkViolations(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "dark" });
  const run = `Promise.all(document.getAnimations().map(({ finished }) => finished))
    .then(() => axe.run({ runOnly: ["color-contrast"], resultTypes: ["violations"] }))
    .then(({ violations }) => violations)`;
  return lines(page, await page.evaluate(run));
}

/** By how many pixels a page is wider than its window. */
export const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

export const phone = { width: 360, height: 740 };

/**
 * What is wrong with pages: axe's violations in light and dark, content that is too wide for a
 * phone, errors and warnings in the console.
 */
export async function flaws(page: Page, addresses: string[]): Promise<string[]> {
  const found = complaints(page);
  const viewport = page.viewportSize() ?? phone;
  for (const address of addresses) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme: "light" });
    await open(page, address);
    found.push(...(await violations(page)), ...(await darkViolations(page)));
    await page.setViewportSize(phone);
    if ((await overflow(page)) > 0) found.push(`${address} needs sideways scrolling on a phone`);
  }
  return found;
}
