import type { Page } from "@playwright/test";
import { acme, globex } from "../../packages/logto-stand-in/src/seed";
import { signedInPages } from "../../components/layout/site";
import { open } from "./pages";
import { expect, test } from "./signed-in";
import { openUserMenu, userMenuButton } from "./steps";

/** Selects what can be operated by keyboard, in document order. */
const operable =
  "a[href], button, summary, select, textarea, input:not([type=hidden], [type=radio]:not(:checked)), [tabindex='0']";

/** Numbers the visible operable elements. @returns how many there are */
const numberStops = (page: Page) =>
  page.evaluate((selector) => {
    const visible = [...document.querySelectorAll<HTMLElement>(selector)].filter((element) =>
      element.checkVisibility({ visibilityProperty: true }),
    );
    visible.forEach((element, index) => (element.dataset.stop = String(index)));
    return visible.length;
  }, operable);

/** The number of the focused element, and whether it shows a focus ring. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement)) return null;
    const { outlineStyle, outlineWidth } = getComputedStyle(element.closest("label") ?? element);
    return {
      stop: Number(element.dataset.stop),
      ring: outlineStyle !== "none" && parseFloat(outlineWidth) > 0,
    };
  });

async function expectEveryStop(page: Page): Promise<void> {
  const count = await numberStops(page);
  expect(count).toBeGreaterThan(3);
  const stops = [];
  for (let index = 0; index < count; index += 1) {
    await page.keyboard.press("Tab");
    stops.push(await focused(page));
  }
  expect(stops, page.url()).toEqual(
    Array.from({ length: count }, (_, stop) => ({ stop, ring: true })),
  );
}

test.describe("signed out", () => {
  test.use({ storageState: { cookies: [], origins: [] } });

  test("the keyboard reaches everything in reading order, with a visible focus", async ({
    page,
  }) => {
    for (const path of ["/", "/sign-in", "/refused"]) {
      await open(page, path);
      await expectEveryStop(page);
    }
  });

  test("the arrow keys choose the theme", async ({ page }) => {
    await page.goto("/sign-in");
    await page.getByRole("radio", { name: "system" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect(page.getByRole("radio", { name: "dark" })).toBeFocused();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  });
});

test("the keyboard reaches everything on signed-in pages, too", async ({ page }) => {
  for (const path of [
    "/dashboard",
    "/profile",
    "/organizations",
    "/account",
    "/account/sessions",
  ]) {
    await open(page, path);
    await expectEveryStop(page);
  }
});

test("the first tab stop skips to the content", async ({ page }) => {
  await page.goto("/dashboard");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});

for (const [where, width] of [
  ["", 1280],
  [", on a phone, where it is the navigation", 390],
] as const) {
  test(`the user menu can be opened, used and closed by keyboard${where}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto("/dashboard");
    const tabs = page.getByRole("navigation", { name: "Pages", exact: true });
    await expect(tabs).toBeVisible({ visible: width > 640 });
    const button = userMenuButton(page);
    const menu = page.locator("[popover]");
    await expect(menu).toBeHidden();
    await button.focus();
    await page.keyboard.press("Enter");
    await expect(menu).toBeVisible();
    for (const { label } of signedInPages) {
      await page.keyboard.press("Tab");
      await expect(menu.getByRole("link", { name: label })).toBeFocused();
    }
    await page.keyboard.press("Tab");
    await expect(menu.getByRole("button", { name: "Sign out" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(menu).toBeHidden();
    await expect(button).toBeFocused();
  });
}

test("a page can be opened from the user menu by keyboard", async ({ page }) => {
  await open(page, "/dashboard");
  const menu = await openUserMenu(page);
  await menu.getByRole("link", { name: "Organizations" }).press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Organizations" })).toBeVisible();
  await expect(menu).toBeHidden();
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("the organization can be switched by keyboard", async ({ page }) => {
      await page.goto(`/organizations/${acme.id}`);
      const button = page.getByRole("button", { name: "Switch organization" });
      const menu = page.getByRole("navigation", { name: "Your organizations" });
      await button.press("Enter");
      await expect(menu.getByRole("link", { name: acme.name })).toHaveAttribute(
        "aria-current",
        "page",
      );
      await page.keyboard.press("Escape");
      await expect(menu).toBeHidden();
      await expect(button).toBeFocused();

      await page.keyboard.press("Enter");
      await menu.getByRole("link", { name: globex.name }).press("Enter");
      await expect(page).toHaveURL(`/organizations/${globex.id}`);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(globex.name);
      await expect(menu).toBeHidden();
    });
  });
}
