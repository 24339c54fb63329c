import type { Page } from "@playwright/test";
import { overflow, phone } from "./pages";
import { expect, test } from "./fixtures";
import { hydrated, openUserMenu, userMenuButton } from "./steps";

test("an unknown address is a 404, with a link to the start page", async ({ page }) => {
  expect((await page.request.get("/api/no-such-handler")).status()).toBe(404);
  const response = await page.goto("/no-such-page");
  expect(response?.status()).toBe(404);
  await expect(page).toHaveTitle(/Page not found/);
  await page.getByRole("main").getByRole("link", { name: "start page" }).click();
  await expect(page).toHaveURL(/\/$/);
});

/** Whether the page's background is dark. */
const isDark = (page: Page) =>
  page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    if (!canvas) throw new Error("no canvas");
    canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    return (canvas.getImageData(0, 0, 1, 1).data[0] ?? NaN) < 128;
  });

test.describe("the theme", () => {
  test.describe("without JavaScript", () => {
    test.use({ javaScriptEnabled: false });

    test("is the system's, without a switch", async ({ page }) => {
      await page.goto("/");
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await expect.poll(() => isDark(page), colorScheme).toBe(colorScheme === "dark");
      }
      await expect(page.getByRole("radio")).toHaveCount(0);
    });
  });

  test("can be chosen, is stored, applies before any of the app's scripts run, and in other tabs", async ({
    context,
    page,
  }) => {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto("/");
    const theme = (name: string) => page.getByRole("radio", { name });
    await expect(theme("system")).toBeChecked();
    const other = await context.newPage();
    await other.goto("/sign-in");
    await expect(other.getByRole("radio", { name: "system" })).toBeChecked();
    await theme("dark").press("Space");
    expect(await isDark(page)).toBe(true);
    await expect(other.getByRole("radio", { name: "dark" })).toBeChecked();
    expect(await isDark(other)).toBe(true);

    await page.goto("/sign-in");
    await expect(theme("dark")).toBeChecked();
    await page.route("**/*.js", (route) => route.abort());
    await page.reload();
    expect(await isDark(page)).toBe(true);
    await page.unroute("**/*.js");

    await page.reload();
    await theme("system").press("Space");
    expect(await isDark(page)).toBe(false);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
  });

  test("can be chosen for the current page when the browser stores nothing", async ({ page }) => {
    await page.addInitScript(() => {
      Object.defineProperty(window, "localStorage", {
        get: () => {
          throw new DOMException("not allowed", "SecurityError");
        },
      });
    });
    await page.goto("/");
    await page.getByRole("radio", { name: "dark" }).press("Space");
    expect(await isDark(page)).toBe(true);
  });
});

test.describe("the user menu", () => {
  test.use({ person: "alice" });

  test("opens below its button, fits a small phone, marks the current page", async ({ page }) => {
    await page.goto("/profile");
    await hydrated(page);
    const open = await openUserMenu(page);
    const menu = await open.boundingBox();
    const button = await userMenuButton(page).boundingBox();
    if (!menu || !button) throw new Error("not drawn");
    expect(menu.x + menu.width).toBeCloseTo(button.x + button.width, 0);
    expect(menu.y - (button.y + button.height)).toBeLessThan(10);
    expect(menu.y).toBeGreaterThan(button.y + button.height);

    const tabs = page.getByRole("navigation", { name: "Pages", exact: true }).getByRole("link");
    for (const links of [tabs, open.getByRole("link")]) {
      await expect(links.filter({ hasText: "Profile" })).toHaveAttribute("aria-current", "page");
      await expect(links.filter({ hasText: "Dashboard" })).not.toHaveAttribute("aria-current");
    }

    await page.setViewportSize(phone);
    const box = await open.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 361)).toBeLessThanOrEqual(360);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });
});
