import type { Page } from "@playwright/test";
import { overflow, phone } from "./pages";
import { expect, test } from "./signed-in";
import { hydrated, openUserMenu, userMenuButton } from "./steps";

const signedOut = { cookies: [], origins: [] };
/** Whether the page's background is dark. */
const isDark = (page: Page) =>
  page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    if (!canvas) throw new Error("no canvas");
    canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    return (canvas.getImageData(0, 0, 1, 1).data[0] ?? NaN) < 128;
  });

test.describe("signed out", () => {
  test.use({ storageState: signedOut });

  test("an unknown address is a 404 with a link to the start page", async ({ page }) => {
    const response = await page.goto("/no-such-page");
    expect(response?.status()).toBe(404);
    await expect(page).toHaveTitle(/Page not found/);
    await page.getByRole("main").getByRole("link", { name: "start page" }).click();
    await expect(page).toHaveURL(/\/$/);
  });

  test("an unknown address below the API is a 404", async ({ request }) => {
    expect((await request.get("/api/no-such-handler")).status()).toBe(404);
  });
});

test.describe("the theme", () => {
  test.use({ storageState: signedOut });

  for (const colorScheme of ["light", "dark"] as const) {
    test.describe("without JavaScript", () => {
      test.use({ colorScheme, javaScriptEnabled: false });

      test(`is the system's, ${colorScheme}, without a switch`, async ({ page }) => {
        await page.goto("/");
        expect(await isDark(page)).toBe(colorScheme === "dark");
        await expect(page.getByRole("radio")).toHaveCount(0);
      });
    });
  }

  test("can be chosen, is stored, and applies before any of the app's scripts run", async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto("/");
    const theme = (name: string) => page.getByRole("radio", { name });
    await expect(theme("system")).toBeChecked();
    await theme("dark").press("Space");
    expect(await isDark(page)).toBe(true);

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

  test("follows a choice in another tab", async ({ context, page }) => {
    await page.goto("/");
    await expect(page.getByRole("radio", { name: "system" })).toBeChecked();
    const other = await context.newPage();
    await other.goto("/sign-in");
    await other.getByRole("radio", { name: "dark" }).press("Space");
    await expect(page.getByRole("radio", { name: "dark" })).toBeChecked();
    expect(await isDark(page)).toBe(true);
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

test.describe("signed in", () => {
  test("on a small phone the open user menu stays on the screen", async ({ page }) => {
    await page.setViewportSize(phone);
    await page.goto("/dashboard");
    const box = await (await openUserMenu(page)).boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 361)).toBeLessThanOrEqual(360);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });

  test("a menu opens right below its button", async ({ page }) => {
    await page.goto("/dashboard");
    const menu = await (await openUserMenu(page)).boundingBox();
    const button = await userMenuButton(page).boundingBox();
    if (!menu || !button) throw new Error("not drawn");
    expect(menu.x + menu.width).toBeCloseTo(button.x + button.width, 0);
    expect(menu.y - (button.y + button.height)).toBeLessThan(10);
    expect(menu.y).toBeGreaterThan(button.y + button.height);
  });

  test("following a link of the user menu closes it", async ({ app, page }) => {
    await page.goto("/dashboard");
    await hydrated(page);
    const menu = await openUserMenu(page);
    await menu.getByRole("link", { name: "Profile" }).click();
    await expect(page).toHaveURL(`${app.url}/profile`);
    await expect(menu).toBeHidden();
  });

  test("the current page is marked in the tabs and in the user menu", async ({ page }) => {
    await page.goto("/profile");
    const tabs = page.getByRole("navigation", { name: "Pages", exact: true }).getByRole("link");
    const menu = (await openUserMenu(page)).getByRole("link");
    for (const links of [tabs, menu]) {
      await expect(links.filter({ hasText: "Profile" })).toHaveAttribute("aria-current", "page");
      await expect(links.filter({ hasText: "Dashboard" })).not.toHaveAttribute("aria-current");
    }
  });
});
