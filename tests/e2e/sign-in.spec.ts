import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, signIn, test } from "./stage";
import { addPerson, isActive, tokensOf } from "./people";
import { goToLogto, typeCredentials, userMenuButton } from "./steps";

const askedFor = "/profile?from=mail&note=a%26b";

const ways: { name: string; way: string; enter: (page: Page) => Promise<void> }[] = [
  {
    name: "Alice Kim",
    way: "with one click",
    enter: (page) => page.getByRole("button", { name: "Alice Kim" }).click(),
  },
  {
    name: "Bob Park",
    way: "by e-mail address",
    enter: (page) => typeCredentials(page, "bob@example.com"),
  },
  { name: "carol", way: "by username", enter: (page) => typeCredentials(page, "carol") },
];

for (const { name, way, enter } of ways) {
  test(`${name} signs in ${way} and comes back to the page that was asked for`, async ({
    app,
    page,
  }) => {
    await page.goto(askedFor);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await goToLogto(page);
    await enter(page);
    await expect(page).toHaveURL(app.url + askedFor);
    await expect(userMenuButton(page, name)).toBeVisible();
  });
}

test("signing in without having asked for a page leads to the dashboard", async ({ app, page }) => {
  await page.goto("/sign-in");
  await goToLogto(page);
  await typeCredentials(page, "bob");
  await expect(page).toHaveURL(`${app.url}/dashboard`);
});

test("after a wrong password the right one signs in", { tag: "@jwt" }, async ({ page }) => {
  await page.goto("/dashboard");
  await goToLogto(page);
  await typeCredentials(page, "bob", "not the password");
  await expect(page.getByRole("alert")).toContainText("password is wrong");
  await typeCredentials(page, "bob");
  await expect(page.getByRole("heading", { name: "Welcome, Bob Park" })).toBeVisible();
});

test("whoever creates an account is signed in with it", { tag: "@jwt" }, async ({ app, page }) => {
  const username = `new_${randomBytes(6).toString("hex")}`;
  await page.goto("/sign-in?callbackUrl=%2Fprofile");
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByRole("textbox", { name: "Username" }).fill(username);
  await page.getByLabel("Password").fill("a password of 8 or more");
  await page.getByRole("textbox", { name: "Name optional" }).fill("Nora New");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(`${app.url}/profile`);
  await expect(userMenuButton(page, "Nora New")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: username })).not.toHaveCount(0);
});

test("whoever opens the sign-in page signed in goes on to where it leads", async ({
  app,
  page,
}) => {
  await signIn(page, "alice");
  await page.goto("/sign-in");
  await expect(page).toHaveURL(`${app.url}/dashboard`);
  await page.goto("/sign-in?callbackUrl=%2Fprofile%3Ffrom%3Dmail");
  await expect(page).toHaveURL(`${app.url}/profile?from=mail`);
});

test("a session at Logto that is still alive signs in without a password", async ({
  context,
  page,
}) => {
  await signIn(page, "alice");
  await context.clearCookies({ name: /^authjs/ });
  await page.goto("/dashboard");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Welcome, Alice Kim" })).toBeVisible();
});

test(
  "a sign-in that another browser began was interrupted, and can be begun again",
  { tag: "@jwt" },
  async ({ page }) => {
    await page.goto("/api/auth/callback/logto?code=of-another-browser&state=unknown-here");
    await expect(
      page.getByRole("alert").filter({ hasText: "Sign-in was interrupted" }),
    ).toBeVisible();
    await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  },
);

test.describe("in two tabs", () => {
  test("one sign-in serves both", async ({ app, context, page }) => {
    const other = await context.newPage();
    await other.goto("/profile");
    await signIn(page, "alice");
    await other.reload();
    await expect(other).toHaveURL(`${app.url}/profile`);
    await expect(userMenuButton(other, "Alice Kim")).toBeVisible();
  });

  test("the sign-in that was begun last completes, and the earlier one says how to go on", async ({
    app,
    context,
    page,
  }) => {
    const other = await context.newPage();
    await page.goto("/dashboard");
    await goToLogto(page);
    await other.goto("/profile");
    await goToLogto(other);

    await typeCredentials(page, "alice");
    await expect(
      page.getByRole("alert").filter({ hasText: "Sign-in was interrupted" }),
    ).toBeVisible();
    await typeCredentials(other, "alice");
    await expect(other).toHaveURL(`${app.url}/profile`);

    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Welcome, Alice Kim" })).toBeVisible();
  });
});

test("signing in as somebody else replaces the session and revokes its grant", async ({
  context,
  identity,
  page,
}) => {
  const first = await addPerson(identity);
  const second = await addPerson(identity);
  await signIn(page, first.username);
  const replaced = await tokensOf(identity, first);
  await expect.poll(() => isActive(identity, replaced.refreshToken)).toBe(true);

  // Logto's own session, without which it asks who it is; and the sign-in page shows itself only
  // with an error.
  await context.clearCookies({ name: /^_session/ });
  await page.goto("/sign-in?error=OAuthCallbackError");
  await goToLogto(page);
  await typeCredentials(page, second.username);

  await expect(page.getByRole("heading", { name: `Welcome, ${second.username}` })).toBeVisible();
  await expect.poll(() => isActive(identity, replaced.refreshToken)).toBe(false);
  expect(await isActive(identity, (await tokensOf(identity, second)).refreshToken)).toBe(true);
});
