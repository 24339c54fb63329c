import type { Page } from "@playwright/test";
import { expect, test } from "./signed-in";
import { userMenuButton } from "./steps";

const region = (page: Page, name: string) => page.getByRole("region", { name });
const roles = (page: Page) => region(page, "Roles").getByRole("listitem");

test("shows the user's account, roles and picture, and when the session began and ends", async ({
  identity,
  page,
}) => {
  await page.goto("/dashboard");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Welcome, Alice Kim");
  await expect(region(page, "Account")).toContainText("alice@example.com");
  await expect(region(page, "Account")).toContainText("verified");
  await expect(roles(page)).toHaveText(["admin"]);
  const picture = page.locator(`main img[src="${identity.endpoint}/avatars/alice.svg"]`);
  await expect
    .poll(() =>
      picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)),
    )
    .toBeGreaterThan(0);
  await expect(userMenuButton(page, "Alice Kim").locator("img")).toBeVisible();

  const times = region(page, "Session").locator("time");
  const form = /^\w{3} \d{1,2}, \d{4}, \d\d:\d\d UTC$/;
  await expect(times).toHaveText([form, form]);
  const [since, until] = await times.evaluateAll((all) =>
    all.map((time) => Date.parse(time.getAttribute("datetime") ?? "")),
  );
  expect(since).toBeLessThanOrEqual(Date.now());
  expect(until).toBeGreaterThan(Date.now());
});

test.describe("carol", () => {
  test.use({ person: "carol" });

  test("a user without a name is greeted by username, and missing values are named", async ({
    page,
  }) => {
    await page.goto("/dashboard");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Welcome, carol");
    const email = region(page, "Account").getByText("E-mail").locator("..");
    await expect(email).toContainText("not set");
    await expect(roles(page)).toHaveText(["viewer"]);
  });
});
