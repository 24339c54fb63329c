import { acme, globex } from "../../packages/logto-stand-in/src/seed";
import { expect, test } from "./signed-in";
import { hydrated } from "./steps";

test("the organization can be switched by keyboard", async ({ page }) => {
  await page.goto(`/organizations/${acme.id}`);
  await hydrated(page);
  const button = page.getByRole("button", { name: "Switch organization" });
  const menu = page.getByRole("navigation", { name: "Your organizations" });
  await button.press("Enter");
  const current = menu.getByRole("link", { name: acme.name });
  await expect(current).toHaveAttribute("aria-current", "page");
  await page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  await expect(button).toBeFocused();

  await page.keyboard.press("Enter");
  await menu.getByRole("link", { name: globex.name }).press("Enter");
  await expect(page).toHaveURL(`/organizations/${globex.id}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(globex.name);
  await expect(menu).toBeHidden();
});
