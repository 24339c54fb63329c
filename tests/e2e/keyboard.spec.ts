import type { Page } from "@playwright/test";
import { signedInPages } from "../../components/layout/site";
import { expect, test } from "./fixtures";
import { open } from "./pages";
import { userMenuButton } from "./steps";

/** Selects what can be operated by keyboard, in document order. */
const operable =
  "a[href], button, summary, select, textarea, input:not([type=hidden], [type=radio]:not(:checked)), [tabindex='0']";

/** Every visible operable element gets the focus, in order and with a focus ring. */
async function expectEveryStop(page: Page): Promise<void> {
  const count = await page.evaluate((selector) => {
    const visible = [...document.querySelectorAll<HTMLElement>(selector)].filter((element) =>
      element.checkVisibility({ visibilityProperty: true }),
    );
    visible.forEach((element, index) => (element.dataset.stop = String(index)));
    return visible.length;
  }, operable);
  expect(count).toBeGreaterThan(3);
  for (let stop = 0; stop < count; stop += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement)) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(element.closest("label") ?? element);
      const ring = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
      return { stop: Number(element.dataset.stop), ring };
    });
    expect(focused, page.url()).toEqual({ stop, ring: true });
  }
}

test("the keyboard reaches everything signed out, in reading order, with a visible focus, and the arrow keys choose the theme", async ({
  page,
}) => {
  for (const path of ["/", "/refused", "/sign-in"]) {
    await open(page, path);
    await expectEveryStop(page);
  }
  await page.getByRole("radio", { name: "system" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "dark" })).toBeFocused();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test.describe("signed in", () => {
  test.use({ person: "alice" });

  test("signed in, the keyboard reaches everything, first a skip link", async ({ page }) => {
    for (const path of [
      // The pages of the tabs, and one below them.
      "/dashboard",
      "/profile",
      "/organizations",
      "/account",
      "/account/sessions",
    ]) {
      await open(page, path);
      await expectEveryStop(page);
    }
    await page.goto("/dashboard");
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to content" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("main")).toBeFocused();
  });

  test("the user menu, on a phone the navigation, works by keyboard", async ({ page }) => {
    await open(page, "/dashboard");
    const tabs = page.getByRole("navigation", { name: "Pages", exact: true });
    const button = userMenuButton(page);
    const menu = page.locator("[popover]");
    for (const [width, isPhone] of [
      [1280, false],
      [390, true],
    ] as const)
      await test.step(`${width} pixels wide`, async () => {
        await page.setViewportSize({ width, height: 800 });
        await expect(tabs).toBeVisible({ visible: !isPhone });
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
    await page.keyboard.press("Enter");
    await menu.getByRole("link", { name: "API access" }).press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: "API access" })).toBeVisible();
    await expect(menu).toBeHidden();
  });
});
