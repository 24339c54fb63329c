import { expect, pagesOfLogto, signIn, type Stage, test } from "../stage";
import { addPerson } from "../people";
import type { Page } from "@playwright/test";

const button = "Sign in again to get new permissions";

/** Signs a viewer in, then makes them an editor, so that they gain `write`. */
async function signInAndGainWrite(page: Page, { control }: Stage): Promise<void> {
  const { username, id } = await addPerson(control, { roles: ["viewer"] });
  await signIn(page, username);
  await control.changeUser(id, { roles: ["editor"] });
}

for (const [browser, javaScriptEnabled] of [
  ["with JavaScript", true],
  ["without", false],
] as const) {
  test.describe(browser, () => {
    test.use({ javaScriptEnabled });

    test("a page that needs a permission just granted opens after one click, without a password", async ({
      page,
      stage,
    }) => {
      await signInAndGainWrite(page, stage);
      await page.goto("/examples/permission?from=mail");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(
        "You don't have access to this page",
      );
      await expect(page.getByRole("button", { name: "Sign out to switch account" })).toBeVisible();

      const pages = pagesOfLogto(page, stage.control);
      await page.getByRole("button", { name: button }).click();
      await expect(page.getByRole("heading", { name: /^What .* may do$/ })).toBeVisible();
      await expect(page).toHaveURL("/examples/permission?from=mail");
      expect(pages).toEqual([]);
    });
  });
}

test("a client component offers the same when a handler responds that the user is not allowed", async ({
  page,
  stage,
}) => {
  await signInAndGainWrite(page, stage);
  await page.goto("/examples/client");
  await page.getByRole("button", { name: button }).click();
  await expect(page.getByText("write", { exact: true })).toBeVisible();
  await expect(page).toHaveURL("/examples/client");
});

test("an action offers the same", async ({ page, stage }) => {
  const { username, id } = await addPerson(stage.control, { roles: ["viewer"] });
  await signIn(page, username, { to: "/examples/action" });
  await page.getByLabel("New note").fill("mine");
  await page.getByRole("button", { name: "Save the note" }).click();
  await stage.control.changeUser(id, { roles: ["admin"] });
  const deletion = page.getByRole("button", { name: "Delete the note" });
  await deletion.click();
  await page.getByRole("button", { name: button }).click();
  await expect(page.getByRole("button", { name: button })).toHaveCount(0);
  await deletion.click();
  await expect(page.getByText("No note")).toBeVisible();
});
