import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, signIn, test } from "./stage";
import { addPerson, isActive, tokensOf } from "./people";
import { goToLogto, typeCredentials, userMenuButton } from "./steps";

const requestedPath = "/profile?from=mail&note=a%26b";

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
  test(`${name} signs in ${way} and returns to the requested page`, async ({ app, page }) => {
    await page.goto(requestedPath);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await goToLogto(page);
    await enter(page);
    await expect(page).toHaveURL(app.url + requestedPath);
    await expect(userMenuButton(page, name)).toBeVisible();
  });
}

test("signing in without a return path leads to the dashboard", async ({ app, page }) => {
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

test("creating an account signs the user in", { tag: "@jwt" }, async ({ app, page }) => {
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

test("the sign-in page redirects a signed-in user to its return path", async ({ app, page }) => {
  await signIn(page, "alice");
  await page.goto("/sign-in");
  await expect(page).toHaveURL(`${app.url}/dashboard`);
  await page.goto("/sign-in?callbackUrl=%2Fprofile%3Ffrom%3Dmail");
  await expect(page).toHaveURL(`${app.url}/profile?from=mail`);
});

test("an active session at Logto signs the user in without a password", async ({
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
  "a sign-in that another browser started is shown as interrupted, and can be started again",
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

  test("the sign-in that started last completes, and the earlier one shows how to continue", async ({
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

test("signing in as another user replaces the session and revokes its grant", async ({
  context,
  identity,
  page,
}) => {
  const first = await addPerson(identity);
  const second = await addPerson(identity);
  await signIn(page, first.username);
  const replaced = await tokensOf(identity, first);
  await expect.poll(() => isActive(identity, replaced.refreshToken)).toBe(true);

  // Without its own session, Logto requests credentials. A signed-in user sees the app's sign-in
  // page only with an error.
  await context.clearCookies({ name: /^_session/ });
  await page.goto("/sign-in?error=OAuthCallbackError");
  await goToLogto(page);
  await typeCredentials(page, second.username);

  await expect(page.getByRole("heading", { name: `Welcome, ${second.username}` })).toBeVisible();
  await expect.poll(() => isActive(identity, replaced.refreshToken)).toBe(false);
  expect(await isActive(identity, (await tokensOf(identity, second)).refreshToken)).toBe(true);
});
