import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, signIn, test } from "./fixtures";
import { addPerson } from "./people";
import { typeCredentials, userMenuButton } from "./steps";

const newAddress = () => `guest-${randomBytes(6).toString("hex")}@example.net`;
const onPage = (page: Page, path: string) => page.waitForURL(({ pathname }) => pathname === path);
const accounts = (page: Page) => page.getByRole("region", { name: "Linked accounts" }).getByRole("listitem");

/** Asks for a link on the sign-in page. */
async function askForLink(page: Page, address: string, to = "/dashboard"): Promise<void> {
  await page.goto(`/sign-in?callbackUrl=${encodeURIComponent(to)}`);
  await page.getByLabel("E-mail address").fill(address);
  await page.getByRole("button", { name: "Send me a link" }).click();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a link that is sent by mail signs in and leads to the page that was asked for", async ({
      mail,
      page,
    }) => {
      const address = newAddress();
      await askForLink(page, address, "/account?from=mail");
      await onPage(page, "/check-your-mail");
      await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();

      await page.goto((await mail.next(address)).link);
      await expect(page).toHaveURL(/\/account\?from=mail$/);
      await expect(userMenuButton(page, address)).toBeVisible();
      await expect(accounts(page)).toHaveText([new RegExp(`^E-mail link${address}`)]);
    });
  });
}

test("the mail says whose site it is, in text and HTML, with the same link", async ({ app, mail, page }) => {
  const address = newAddress();
  await askForLink(page, address);
  const { subject, text, html, link } = await mail.next(address);
  expect(subject).toBe(`Sign in to ${new URL(app.url).host}`);
  expect(new URL(link).origin).toBe(app.url);
  expect(text).toContain(link);
  expect(html).toContain(`href="${link.replaceAll("&", "&amp;")}"`);
});

test("a link works once", async ({ app, browser, mail, page }) => {
  const address = newAddress();
  await askForLink(page, address);
  const { link } = await mail.next(address);
  await page.goto(link);
  await onPage(page, "/dashboard");

  const context = await browser.newContext({ baseURL: app.url });
  const other = await context.newPage();
  await other.goto(link);
  await expect(
    other.getByRole("alert").filter({ hasText: "This sign-in link no longer works" }),
  ).toBeVisible();
  await expect(other.getByLabel("E-mail address")).toBeVisible();
  await context.close();
});

test("a link that somebody made up signs nobody in", async ({ mail, page }) => {
  const address = newAddress();
  await askForLink(page, address);
  const link = new URL((await mail.next(address)).link);
  link.searchParams.set("token", randomBytes(32).toString("hex"));
  await page.goto(link.href);
  await expect(
    page.getByRole("alert").filter({ hasText: "This sign-in link no longer works" }),
  ).toBeVisible();
});

test("whoever asks twice is one user", async ({ mail, page }) => {
  const address = newAddress();
  const ids: string[] = [];
  for (const written of [address, address.toUpperCase()]) {
    await page.context().clearCookies();
    await askForLink(page, written, "/account");
    await page.goto((await mail.next(address)).link);
    ids.push(await page.getByRole("region", { name: "Profile" }).locator("code").innerText());
  }
  expect(new Set(ids).size).toBe(1);
});

test("what is no address is said to be none", async ({ page }) => {
  await page.goto("/sign-in");
  const field = page.getByLabel("E-mail address");
  await field.evaluate((input) => input.closest("form")?.setAttribute("novalidate", ""));
  await field.fill("nobody at example.com");
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "This is no e-mail address" })).toBeVisible();
});

test("an address that belongs to a Logto account does not sign in by a link, and is told how", async ({
  identity,
  mail,
  page,
}) => {
  const address = newAddress();
  const person = await addPerson(identity, { claims: { email: address, email_verified: true } });
  await signIn(page, person.username);
  await page.context().clearCookies();

  await askForLink(page, address);
  await page.goto((await mail.next(address)).link);
  const alert = page.getByRole("alert").filter({ hasText: "has an account here already" });
  await expect(alert).toContainText("with Logto");
  await page.goto("/dashboard");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("a Logto account with the address of somebody who signed in by mail is told how to go on", async ({
  identity,
  mail,
  page,
}) => {
  const address = newAddress();
  await askForLink(page, address);
  await page.goto((await mail.next(address)).link);
  await onPage(page, "/dashboard");
  await page.context().clearCookies();

  const person = await addPerson(identity, { claims: { email: address, email_verified: true } });
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await typeCredentials(page, person.username);
  await onPage(page, "/sign-in");
  await expect(page.getByRole("alert").filter({ hasText: "has an account here already" })).toBeVisible();
});

test("whoever signed in by mail can link their Logto account, and then sign in by it", async ({
  identity,
  mail,
  page,
}) => {
  const address = newAddress();
  const person = await addPerson(identity);
  await askForLink(page, address, "/account");
  await page.goto((await mail.next(address)).link);
  const id = await page.getByRole("region", { name: "Profile" }).locator("code").innerText();

  await page.getByRole("button", { name: "Link your Logto account" }).click();
  await typeCredentials(page, person.username);
  await onPage(page, "/account");
  await expect(accounts(page)).toHaveText([new RegExp(address), new RegExp(person.id)]);

  await page.context().clearCookies();
  await signIn(page, person.username, { to: "/account" });
  await expect(page.getByRole("region", { name: "Profile" }).locator("code")).toHaveText(id);
});

test("whoever signed in by mail signs out here alone, without Logto", async ({ app, mail, page }) => {
  const address = newAddress();
  await askForLink(page, address);
  await page.goto((await mail.next(address)).link);
  const visited: string[] = [];
  page.on("framenavigated", (frame) => visited.push(new URL(frame.url()).origin));
  await page.getByRole("region", { name: "Session" }).getByRole("button", { name: "Sign out" }).click();
  await onPage(page, "/");
  expect(new Set(visited)).toEqual(new Set([app.url]));
  await page.goto("/dashboard");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("whoever signed in by mail deletes their account by another link", async ({ mail, page }) => {
  const address = newAddress();
  await askForLink(page, address, "/account");
  await page.goto((await mail.next(address)).link);
  await page.getByRole("button", { name: "Delete my account" }).click();
  await onPage(page, "/check-your-mail");

  await page.goto((await mail.next(address)).link);
  await onPage(page, "/account/delete");
  await page.getByRole("button", { name: "Delete my account" }).click();
  await onPage(page, "/");
  await page.goto("/dashboard");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});
