import { expect, signIn, test } from "./stage";
import { addPerson, isActive, tokensOf } from "./people";
import { openUserMenu, sessionCookies, signInByHand, userMenuButton } from "./steps";

test.use({ javaScriptEnabled: false });

test("without JavaScript, signing in works and returns to the requested page", async ({
  app,
  page,
}) => {
  await signInByHand(page, "alice", "/profile?from=mail");
  await expect(page).toHaveURL(`${app.url}/profile?from=mail`);
  await expect(userMenuButton(page, "Alice Kim")).toBeVisible();
});

test("without JavaScript, the button to create an account opens Logto's page", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Create an account" }).click();
  await expect(page.getByRole("heading", { name: "Create an account" })).toBeVisible();
});

test("without JavaScript, a protected page redirects to the sign-in page", async ({
  app,
  page,
}) => {
  await page.goto("/dashboard");
  await expect(page).toHaveURL(`${app.url}/sign-in?callbackUrl=%2Fdashboard`);
});

test("without JavaScript, the protected pages can be read", async ({ page }) => {
  await signIn(page, "alice");
  await expect(page.getByRole("heading", { name: "Welcome, Alice Kim" })).toBeVisible();
  await page.getByRole("navigation").getByRole("link", { name: "Profile" }).click();
  await expect(page.getByRole("heading", { name: "Profile" })).toBeVisible();
  await expect(page.getByRole("table", { name: "Claims of the id_token" })).toContainText(
    "Alice Kim",
  );
  await expect(page.locator("noscript p")).toBeVisible();
});

test("without JavaScript, the start page has a sign-in link", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("banner").getByRole("link", { name: "Sign in" })).toBeVisible();
});

test("without JavaScript, signing out ends the app's session and revokes its grant", async ({
  app,
  context,
  identity,
  page,
}) => {
  const person = await addPerson(identity);
  await signIn(page, person.username);
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

test("without JavaScript, an unknown address shows the 404 page", async ({ page }) => {
  const response = await page.goto("/no-such-page");
  expect(response?.status()).toBe(404);
  await expect(
    page.getByRole("heading", { name: "There is no page at this address" }),
  ).toBeVisible();
});
