import { addPerson, isActive, tokensOf } from "./people";
import { expect, test } from "./stage";
import { openUserMenu, sessionCookies, signInByHand, userMenuButton } from "./steps";

test.use({ javaScriptEnabled: false });

test("without JavaScript, links and buttons lead to the sign-in page and to Logto's", async ({
  page,
}) => {
  await page.goto("/");
  await expect(page.getByRole("main").getByRole("link", { name: "Sign in" })).toHaveCount(2);
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Create an account" }).click();
  await expect(page.getByRole("heading", { name: "Create an account" })).toBeVisible();

  expect((await page.goto("/no-such-page"))?.status()).toBe(404);
  const heading = page.getByRole("heading", { name: "There is no page at this address" });
  await expect(heading).toBeVisible();
});

test("without JavaScript, a user signs in, returns to the requested page, reads pages and signs out", async ({
  app,
  context,
  identity,
  page,
}) => {
  const person = await addPerson(identity, { claims: { name: "Nora Noscript" } });
  await signInByHand(page, person.username, "/profile?from=mail");
  await expect(page).toHaveURL(`${app.url}/profile?from=mail`);
  await expect(userMenuButton(page, "Nora Noscript")).toBeVisible();
  await expect(page.getByRole("table", { name: "Claims of the id_token" })).toContainText("Nora");
  await expect(page.locator("noscript p")).toBeVisible();
  await page.getByRole("navigation").getByRole("link", { name: "Dashboard" }).click();
  await expect(page.getByRole("heading", { name: "Welcome, Nora Noscript" })).toBeVisible();

  const { refreshToken } = await tokensOf(identity, person);
  const menu = await openUserMenu(page);
  await menu.getByRole("button", { name: "Sign out" }).click();
  // Logto's page, which continues only with JavaScript.
  await page.waitForURL(({ pathname }) => pathname === "/oidc/session/end");
  expect(await sessionCookies(context)).toEqual([]);
  expect(await isActive(identity, refreshToken)).toBe(false);
  await page.goto("/dashboard");
  await expect(page).toHaveURL(`${app.url}/sign-in?callbackUrl=%2Fdashboard`);
});
