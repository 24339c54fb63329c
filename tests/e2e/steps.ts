import { expect, type Locator, type Page } from "@playwright/test";
import { seedPassword } from "../../packages/logto-stand-in/src/seed";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Goes from the app's sign-in page, which must be open, to Logto's. */
export async function goToLogto(page: Page): Promise<void> {
  await button(page, "Sign in").click();
  await expect(page.getByLabel("Password")).toBeVisible();
}

/** Fills in and submits Logto's sign-in page, which must be open. */
export async function typeCredentials(page: Page, username: string): Promise<void> {
  await page.getByLabel("Username or e-mail").fill(username);
  await page.getByLabel("Password").fill(seedPassword);
  await button(page, "Sign in").click();
}

/** Signs in as a user would, and waits for the requested page. */
export async function signInByHand(page: Page, username: string, to: string): Promise<void> {
  await page.goto(to);
  await goToLogto(page);
  await typeCredentials(page, username);
  await page.waitForURL(({ pathname, origin }) => pathname === new URL(to, origin).pathname);
}

/** The button in the header that opens the user menu. */
export function userMenuButton(page: Page, name: string | RegExp = /./): Locator {
  return page
    .getByRole("button", { name: "Account menu of" })
    .and(page.getByRole("button", { name }));
}

/** Opens the user menu in the header. */
export async function openUserMenu(page: Page): Promise<Locator> {
  await userMenuButton(page).click();
  const menu = page.locator("[popover]");
  await expect(menu).toBeVisible();
  return menu;
}

/** Signs out from the user menu and waits until Logto has redirected the browser back. */
export async function signOut(page: Page): Promise<void> {
  const menu = await openUserMenu(page);
  await menu.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(({ pathname }) => pathname === "/");
}

/** Waits until React has hydrated the page, and so has reported errors in its HTML. */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const link = document.querySelector("header a");
    return link && Object.keys(link).some((key) => key.startsWith("__reactProps"));
  });
}
