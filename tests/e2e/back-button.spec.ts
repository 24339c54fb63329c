import { expect, test } from "./fixtures";
import { addPerson } from "./people";
import { signIn } from "./stage";
import { signOut } from "./steps";

test("with the back-forward cache on, Back after signing out shows nothing protected", async ({
  app,
  identity,
  launchOptions,
  playwright,
}) => {
  // Playwright turns off the back-forward cache, where users' browsers store the pages that they
  // leave.
  const ignoreDefaultArgs = ["--disable-back-forward-cache"];
  const browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs });
  try {
    const page = await browser.newPage({ baseURL: app.url });
    const { username } = await addPerson(identity);
    await signIn(page, username);
    await signOut(page);

    await page.evaluate(() => history.back());
    await expect(page.getByRole("heading", { name: "Sign in", exact: true })).toBeVisible();
    await expect(page.getByText(username)).toHaveCount(0);
  } finally {
    await browser.close();
  }
});
