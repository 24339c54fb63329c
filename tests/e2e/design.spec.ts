import type { Page } from "@playwright/test";
import { signedInPages as sitePages } from "../../components/site";
import { expect, test } from "./signed-in";
import { hydrated, openUserMenu, userMenuButton } from "./steps";

const signedOut = { cookies: [], origins: [] };
const publicPages = [
  "/",
  "/sign-in",
  "/sign-in?error=OAuthCallbackError&callbackUrl=%2Fprofile",
  "/no-such-page",
];
const signedInPages = ["/", "/no-such-page", ...sitePages.map(({ href }) => href)];

/** What the browser complains about, except that a page that shall not exist does not. */
function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on("pageerror", (error) => found.push(error.message));
  page.on("console", (message) => {
    const isNotFound = message.location().url.endsWith("/no-such-page");
    if (["error", "warning"].includes(message.type()) && !isNotFound) found.push(message.text());
  });
  return found;
}

/** Opens a page and waits until nothing of it is on its way any more. */
async function open(page: Page, path: string, isSignedIn: boolean): Promise<void> {
  await page.goto(path);
  await hydrated(page);
  if (!isSignedIn) return;
  await expect(userMenuButton(page)).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Loading" })).toHaveCount(0);
}

async function expectNoOverflow(page: Page): Promise<void> {
  const widths = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  expect(widths.content).toBeLessThanOrEqual(widths.window);
}

function everyPage(paths: string[], isSignedIn: boolean): void {
  for (const path of paths) {
    for (const colorScheme of ["light", "dark"] as const) {
      test.describe(colorScheme, () => {
        test.use({ colorScheme });

        test(`${path} leaves the console clean`, async ({ page }) => {
          const found = complaints(page);
          await open(page, path, isSignedIn);
          expect(found).toEqual([]);
        });
      });
    }

    test.describe("on a small phone", () => {
      test.use({ viewport: { width: 360, height: 740 } });

      test(`${path} needs no sideways scrolling`, async ({ page }) => {
        await open(page, path, isSignedIn);
        await expectNoOverflow(page);
      });
    });
  }
}

test.describe("signed out", () => {
  test.use({ storageState: signedOut });
  everyPage(publicPages, false);

  test("an unknown address is a 404 with ways out", async ({ page }) => {
    const response = await page.goto("/no-such-page");
    expect(response?.status()).toBe(404);
    await expect(page).toHaveTitle(/Page not found/);
    await page.getByRole("main").getByRole("link", { name: "start page" }).click();
    await expect(page).toHaveURL(/\/$/);
  });

  test("an unknown address below the API is a 404", async ({ request }) => {
    expect((await request.get("/api/no-such-handler")).status()).toBe(404);
  });

  for (const [colorScheme, isDark] of Object.entries({ light: false, dark: true })) {
    test(`the first paint is ${colorScheme} already, before any script`, async ({ app, browser }) => {
      const context = await browser.newContext({
        baseURL: app.url,
        colorScheme: isDark ? "dark" : "light",
        javaScriptEnabled: false,
      });
      const page = await context.newPage();
      await page.goto("/");
      const lightness = await page.evaluate(() => {
        const canvas = new OffscreenCanvas(1, 1).getContext("2d");
        if (!canvas) throw new Error("no canvas");
        canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
        canvas.fillRect(0, 0, 1, 1);
        return canvas.getImageData(0, 0, 1, 1).data[0] ?? NaN;
      });
      expect(lightness < 128).toBe(isDark);
      await context.close();
    });
  }
});

test.describe("signed in", () => {
  everyPage(signedInPages, true);

  test.describe("on a small phone", () => {
    test.use({ viewport: { width: 360, height: 740 } });

    test("the open user menu stays on the screen", async ({ page }) => {
      await page.goto("/dashboard");
      const box = await (await openUserMenu(page)).boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 361)).toBeLessThanOrEqual(360);
      await expectNoOverflow(page);
    });
  });

  test("the first stop of the keyboard skips to the content", async ({ page }) => {
    await page.goto("/dashboard");
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to content" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("main")).toBeFocused();
  });

  test("the user menu opens, is walked through and closes by keyboard", async ({ page }) => {
    await page.goto("/dashboard");
    const button = userMenuButton(page);
    const menu = page.locator("[popover]");
    await expect(menu).toBeHidden();
    await button.focus();
    await page.keyboard.press("Enter");
    await expect(menu).toBeVisible();
    for (const { label } of sitePages) {
      await page.keyboard.press("Tab");
      await expect(menu.getByRole("link", { name: label })).toBeFocused();
    }
    await page.keyboard.press("Tab");
    await expect(menu.getByRole("button", { name: "Sign out" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(menu).toBeHidden();
    await expect(button).toBeFocused();
  });

  test("following a link of the user menu closes it", async ({ app, page }) => {
    await page.goto("/dashboard");
    await hydrated(page);
    const menu = await openUserMenu(page);
    await menu.getByRole("link", { name: "Profile" }).click();
    await expect(page).toHaveURL(`${app.url}/profile`);
    await expect(menu).toBeHidden();
  });

  test("the current page is marked in the navigation", async ({ page }) => {
    await page.goto("/profile");
    const links = page.getByRole("navigation").getByRole("link");
    await expect(links.filter({ hasText: "Profile" })).toHaveAttribute("aria-current", "page");
    await expect(links.filter({ hasText: "Dashboard" })).not.toHaveAttribute("aria-current");
  });
});
