import { randomBytes } from "node:crypto";
import type { BrowserContext, Page } from "@playwright/test";
import type { Mailbox } from "./mailbox";
import { addPerson, userId } from "./people";
import {
  beginSignIn,
  csrfForm,
  expect,
  expectExplained,
  expectSignedOut,
  signInByRequests,
  test,
  typePassword,
  visit,
} from "./stage";
import { typeCredentials, userMenuButton } from "./steps";

const newAddress = () => `guest-${randomBytes(6).toString("hex")}@example.net`;
const onPage = (page: Page, path: string) => page.waitForURL(({ pathname }) => pathname === path);
const accounts = (page: Page) => page.getByRole("region", { name: "Linked accounts" }).getByRole("listitem");

/** Asks for a link on the sign-in page. */
async function askForLink(page: Page, address: string, to: string): Promise<void> {
  await page.goto(`/sign-in?callbackUrl=${encodeURIComponent(to)}`);
  await page.getByLabel("E-mail address").fill(address);
  await page.getByRole("button", { name: "Send me a link" }).click();
}

type Mail = Pick<Mailbox, "next">;

/** Asks for a link without drawing a page. @returns the mail */
async function linkByRequests(
  context: BrowserContext,
  mail: Mail,
  address: string,
  callbackUrl = "/dashboard",
) {
  const form = { ...(await csrfForm(context)), email: address, callbackUrl };
  await context.request.post("/api/auth/signin/nodemailer", { form, maxRedirects: 0 });
  return mail.next(address.toLowerCase());
}

/** Signs in by mail, as somebody new. @returns their address */
async function signInByMail(page: Page, mail: Mail, to = "/dashboard"): Promise<string> {
  const address = newAddress();
  await page.goto((await linkByRequests(page.context(), mail, address, to)).link);
  await onPage(page, to);
  return address;
}

const noLonger = "This sign-in link no longer works";

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

test("the mail says whose site it is, in text and HTML, with the same link", async ({
  app,
  context,
  mail,
}) => {
  const { subject, text, html, link } = await linkByRequests(context, mail, newAddress());
  expect(subject).toBe(`Sign in to ${new URL(app.url).host}`);
  expect(new URL(link).origin).toBe(app.url);
  expect(text).toContain(link);
  expect(html).toContain(`href="${link.replaceAll("&", "&amp;")}"`);
});

test("a link works once", async ({ app, browser, context, mail }) => {
  const { link } = await linkByRequests(context, mail, newAddress());
  expect(new URL((await visit(context, link)).url()).pathname).toBe("/dashboard");

  const other = await browser.newContext({ baseURL: app.url });
  expect(await expectExplained(await visit(other, link), noLonger)).toContain("E-mail address");
  await expectSignedOut(other);
  await other.close();
});

test("a link that somebody made up signs nobody in", async ({ context, mail }) => {
  const link = new URL((await linkByRequests(context, mail, newAddress())).link);
  link.searchParams.set("token", randomBytes(32).toString("hex"));
  await expectExplained(await visit(context, link.href), noLonger);
  await expectSignedOut(context);
});

test("whoever asks twice is one user", async ({ context, mail }) => {
  const address = newAddress();
  const ids: string[] = [];
  for (const written of [address, address.toUpperCase()]) {
    await context.clearCookies();
    await visit(context, (await linkByRequests(context, mail, written)).link);
    ids.push(await userId(context));
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
  context,
  identity,
  mail,
}) => {
  const address = newAddress();
  const person = await addPerson(identity, { claims: { email: address, email_verified: true } });
  await signInByRequests(context, person.username);
  await context.clearCookies();

  const { link } = await linkByRequests(context, mail, address);
  const page = await expectExplained(await visit(context, link), "has an account here already");
  expect(page).toContain("with Logto");
  await expectSignedOut(context);
});

test("a Logto account with the address of somebody who signed in by mail is told how to go on", async ({
  context,
  identity,
  mail,
}) => {
  const address = newAddress();
  await visit(context, (await linkByRequests(context, mail, address)).link);
  await context.clearCookies();

  const person = await addPerson(identity, { claims: { email: address, email_verified: true } });
  const landed = await typePassword(context, await beginSignIn(context, "/dashboard"), person.username);
  await expectExplained(landed, "has an account here already");
});

test("whoever signed in by mail can link their Logto account, and then sign in by it", async ({
  context,
  identity,
  mail,
  page,
}) => {
  const person = await addPerson(identity);
  const address = await signInByMail(page, mail, "/account");
  const id = await userId(context);

  await page.getByRole("button", { name: "Link your Logto account" }).click();
  await typeCredentials(page, person.username);
  await onPage(page, "/account");
  await expect(accounts(page)).toHaveText([new RegExp(address), new RegExp(person.id)]);

  await context.clearCookies();
  await signInByRequests(context, person.username);
  expect(await userId(context)).toBe(id);
});

test("a link signs in whom it was sent to, though their user has another address now", async ({
  context,
  identity,
  mail,
  page,
}) => {
  const link = async (claims: object) => {
    const { username } = await addPerson(identity, { claims });
    await page.getByRole("button", { name: "Link your Logto account" }).click();
    await typeCredentials(page, username);
    await onPage(page, "/account");
    await context.clearCookies();
  };
  const other = await signInByMail(page, mail, "/account");
  await link({ email: newAddress(), email_verified: true });
  const address = await signInByMail(page, mail, "/account");
  const id = await userId(context);
  await link({ email: other, email_verified: true });

  await page.goto((await linkByRequests(context, mail, address)).link);
  await onPage(page, "/dashboard");
  expect(await userId(context)).toBe(id);
});

test("whoever signed in by mail signs out here alone, without Logto", async ({
  app,
  context,
  mail,
  page,
}) => {
  await signInByMail(page, mail);
  const visited: string[] = [];
  page.on("framenavigated", (frame) => visited.push(new URL(frame.url()).origin));
  await page.getByRole("region", { name: "Session" }).getByRole("button", { name: "Sign out" }).click();
  await onPage(page, "/");
  expect(new Set(visited)).toEqual(new Set([app.url]));
  await expectSignedOut(context);
});

test("whoever signed in by mail deletes their account by another link", async ({ context, mail, page }) => {
  const address = await signInByMail(page, mail, "/account");
  await page.getByRole("button", { name: "Delete my account" }).click();
  await onPage(page, "/check-your-mail");

  await page.goto((await mail.next(address)).link);
  await onPage(page, "/account/delete");
  await page.getByRole("button", { name: "Delete my account" }).click();
  await onPage(page, "/");
  await expectSignedOut(context);
});
