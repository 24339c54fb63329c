import { expect, signIn, test } from "./fixtures";
import { addPerson } from "./people";
import { openUserMenu } from "./steps";

// Playwright turns the back-forward cache off, which is where users' browsers keep the pages that they leave.
test.use({
  launchOptions: async ({ launchOptions }, use) => {
    await use({ ...launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  },
});

test("with the back-forward cache on, Back shows nothing protected after signing out", async ({
  identity,
  page,
}) => {
  const { username } = await addPerson(identity);
  await signIn(page, username);
  const menu = await openUserMenu(page);
  await menu.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(({ pathname }) => pathname === "/");

  await page.evaluate(() => history.back());
  await expect(page.getByRole("heading", { name: "Sign in", exact: true })).toBeVisible();
  await expect(page.getByText(username)).toHaveCount(0);
});
