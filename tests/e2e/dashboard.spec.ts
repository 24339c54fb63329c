import { expect, test } from "./fixtures";
import { userMenuButton } from "./steps";

test.use({ person: "alice" });

test("shows account, roles, picture and the session's times", async ({ identity, page }) => {
  const region = (name: string) => page.getByRole("region", { name });
  await page.goto("/dashboard");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Welcome, Alice Kim");
  await expect(region("Account")).toContainText("alice@example.com");
  await expect(region("Account")).toContainText("verified");
  await expect(region("Roles").getByRole("listitem")).toHaveText(["admin"]);
  const picture = page.locator(`main img[src="${identity.endpoint}/avatars/alice.svg"]`);
  await expect
    .poll(() =>
      picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)),
    )
    .toBeGreaterThan(0);
  await expect(userMenuButton(page, "Alice Kim").locator("img")).toBeVisible();

  const times = region("Session").locator("time");
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

  test("a nameless user is greeted by username, and missing values are named", async ({ page }) => {
    await page.goto("/dashboard");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Welcome, carol");
    const email = page.getByRole("region", { name: "Account" }).getByText("E-mail").locator("..");
    await expect(email).toContainText("not set");
    await page.goto("/profile");
    const claims = page.getByRole("table", { name: "Claims of the id_token" }).getByRole("row");
    await expect(claims).not.toHaveCount(0);
    const unset = claims.filter({ hasText: "not set" }).getByRole("rowheader");
    const names = (await unset.allTextContents()).map((text) => text.trim());
    expect(names.sort()).toEqual(["email", "name", "phone_number", "picture"]);
  });
});
