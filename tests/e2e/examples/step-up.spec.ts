import type { Page } from "@playwright/test";
import { seedPassword } from "../../../packages/logto-stand-in/src/seed";
import { expect, test } from "../fixtures";
import { signIn } from "../requests";
import { expireAccessToken } from "../session-cookie";
import { typeCredentials } from "../steps";

const recent = "/examples/step-up";
const secondFactor = "/examples/step-up/second-factor";
const handler = "/api/examples/step-up";
const heading = (page: Page, name: string) => page.getByRole("heading", { name });
const signInAgain = (page: Page) =>
  page.getByRole("main").getByRole("button", { name: "Sign in again" });

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a page with a form asks a user who signed in long ago to sign in again, once, before the form is filled in", async ({
      page,
      stage,
    }) => {
      // So the sign-in is six minutes old.
      await stage.control.change({ clockSkew: -360 });
      await signIn(page, "alice", { to: recent });
      await expect(heading(page, "This needs a sign-in of the last few minutes")).toBeVisible();
      await stage.control.change({ clockSkew: 0 });

      await signInAgain(page).click();
      // Logto has a session, but asks for the password.
      await typeCredentials(page, "alice");
      await expect(page).toHaveURL(recent);
      await page.getByLabel("Account number").fill("DE02 1203");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByText("DE02 1203")).toBeVisible();
    });
  });
}

test("a page that needs a second factor sends the user to Logto for it and back, and a renewal keeps it", async ({
  context,
  page,
  stage,
}) => {
  await signIn(page, "alice", { to: secondFactor });
  await expect(heading(page, "This needs a stronger proof of who you are")).toBeVisible();
  const refused = await context.request.get(handler);
  expect(refused.status()).toBe(401);
  expect(refused.headers()["www-authenticate"]).toBe(
    'Bearer error="insufficient_user_authentication", max_age="300", acr_values="urn:logto:acr:mfa"',
  );

  await signInAgain(page).click();
  await page.getByLabel("Password").fill(seedPassword);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(heading(page, "Enter the code")).toBeVisible();
  const { text } = (await stage.control.mails()).at(-1) ?? { text: "" };
  await page.getByRole("textbox", { name: "Code" }).fill(/^\d{6}$/m.exec(text)?.[0] ?? "");
  await page.getByRole("button", { name: "Continue" }).click();

  await expect(page).toHaveURL(secondFactor);
  await expect(page.getByText("signed in with a password and a code")).toBeVisible();
  await expireAccessToken(context, stage);
  await page.reload();
  await expect(page.getByText("signed in with a password and a code")).toBeVisible();
  expect((await context.request.get(handler)).status()).toBe(200);
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
});

test("a user without a second factor stays signed in and reads why the page does not open", async ({
  page,
}) => {
  await signIn(page, "carol", { to: secondFactor });
  await signInAgain(page).click();
  await page.getByLabel("Password").fill(seedPassword);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(heading(page, "No second factor")).toBeVisible();
  await page.getByRole("button", { name: "Back to the application" }).click();
  const message = "Logto could not confirm that it is you";
  await expect(page.getByRole("alert").getByText(message)).toBeVisible();
  await page.goto("/dashboard");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page).toHaveURL("/dashboard");
});
