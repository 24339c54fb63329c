import { expect, test } from "./fixtures";
import { addPerson, grantOf, isActive } from "./people";
import { sessionCookies } from "./session-cookie";
import { openUserMenu, signInByHand, userMenuButton } from "./steps";

test.use({ javaScriptEnabled: false });

test("sign-in, pages and sign-out work without JavaScript", async ({ context, identity, page }) => {
  const person = await addPerson(identity, { claims: { name: "Nora Noscript" } });
  await signInByHand(page, person.username, "/profile?from=mail");
  await expect(page).toHaveURL("/profile?from=mail");
  await expect(userMenuButton(page, "Nora Noscript")).toBeVisible();
  await expect(page.getByRole("table", { name: "Claims of the id_token" })).toContainText("Nora");
  await expect(page.locator("noscript p")).toBeVisible();
  await page.getByRole("navigation").getByRole("link", { name: "Dashboard" }).click();
  await expect(page.getByRole("heading", { name: "Welcome, Nora Noscript" })).toBeVisible();

  const menu = await openUserMenu(page);
  await menu.getByRole("button", { name: "Sign out" }).click();
  // Logto's page, which continues only with JavaScript.
  await page.waitForURL(({ pathname }) => pathname === "/oidc/session/end");
  expect(await sessionCookies(context)).toEqual([]);
  expect(await isActive(identity, await grantOf(identity, person))).toBe(false);
  await page.goto("/dashboard");
  await expect(page).toHaveURL("/sign-in?callbackUrl=%2Fdashboard");
});
