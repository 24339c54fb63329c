import { acme, globex } from "../../packages/logto-stand-in/src/seed";
import { expect, test } from "./signed-in";

const people = [
  {
    person: "alice",
    name: "Alice Kim",
    email: "alice@example.com",
    role: "admin",
    organizations: [`${acme.id}admin`, `${globex.id}member`],
  },
  {
    person: "bob",
    name: "Bob Park",
    email: "bob@example.com",
    role: "editor",
    organizations: [`${acme.id}member`],
  },
];

for (const { person, name, email, role, organizations } of people) {
  test.describe(person, () => {
    test.use({ person });

    test(`${person} sees their account, roles and organizations`, async ({ page }) => {
      await page.goto("/dashboard");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Welcome, ${name}`);
      const account = page.getByRole("region", { name: "Account" });
      await expect(account).toContainText(email);
      await expect(account).toContainText("verified");
      await expect(page.getByRole("region", { name: "Roles" }).getByRole("listitem")).toHaveText([
        role,
      ]);
      await expect(
        page.getByRole("region", { name: "Organizations" }).getByRole("listitem"),
      ).toHaveText(organizations);
    });
  });
}

test.describe("carol", () => {
  test.use({ person: "carol" });

  test("a user without a name is greeted by username, and missing values are named", async ({
    page,
  }) => {
    await page.goto("/dashboard");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Welcome, carol");
    const email = page.getByRole("region", { name: "Account" }).getByText("E-mail").locator("..");
    await expect(email).toContainText("not set");
    await expect(page.getByRole("region", { name: "Roles" }).getByRole("listitem")).toHaveText([
      "viewer",
    ]);
    await expect(page.getByRole("region", { name: "Organizations" })).toContainText(
      "No organizations",
    );
  });
});

test("shows the user's picture from Logto", async ({ identity, page }) => {
  await page.goto("/dashboard");
  const picture = page.locator(`main img[src="${identity.endpoint}/avatars/alice.svg"]`);
  await expect
    .poll(() =>
      picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)),
    )
    .toBeGreaterThan(0);
});

test("the session card shows when the session began and when it ends", async ({ page }) => {
  await page.goto("/dashboard");
  const times = page.getByRole("region", { name: "Session" }).locator("time");
  const form = /^\w{3} \d{1,2}, \d{4}, \d\d:\d\d UTC$/;
  await expect(times).toHaveText([form, form]);
  const [since, until] = await times.evaluateAll((all) =>
    all.map((time) => Date.parse(time.getAttribute("datetime") ?? "")),
  );
  expect(since).toBeLessThanOrEqual(Date.now());
  expect(until).toBeGreaterThan(Date.now());
});
