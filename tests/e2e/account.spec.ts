import type { Browser, BrowserContext, Page } from "@playwright/test";
import { seedPassword } from "../../dev/identity/seed";
import { expect, signIn, test } from "./fixtures";
import { addPerson, isActive, tokensOf } from "./people";
import { typeCredentials } from "./steps";

/** A second browser, in which nobody is signed in yet. */
async function otherBrowser(browser: Browser, app: { url: string }): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext({ baseURL: app.url });
  return [context, await context.newPage()];
}

const region = (page: Page, name: string) => page.getByRole("region", { name });
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const rows = (page: Page) => page.getByRole("main").getByRole("listitem");
const onPage = (page: Page, path: string) => page.waitForURL(({ pathname }) => pathname === path);

/** The user's id, as their own account page says it. */
const userId = (page: Page) => region(page, "Profile").locator("code").innerText();

/** The session is over: its next request for a page is sent to sign in. In strategy `jwt` that takes seconds. */
async function expectOut(page: Page): Promise<void> {
  await expect(async () => {
    await page.goto("/dashboard");
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible({ timeout: 100 });
  }).toPass();
}

test.describe("the account page", () => {
  test("says who is signed in and by which account", async ({ identity, page }) => {
    const person = await addPerson(identity, { claims: { name: "Nora New" } });
    await signIn(page, person.username, { to: "/account" });
    await expect(region(page, "Profile")).toContainText("Nora New");
    await expect(region(page, "Linked accounts").getByRole("listitem")).toHaveText([
      new RegExp(`^Logto${person.id}since `),
    ]);
  });

  test("leads to Logto's own pages for what only Logto can change, and they lead back", async ({
    app,
    identity,
    page,
  }) => {
    await signIn(page, "alice", { to: "/account" });
    const back = encodeURIComponent(`${app.url}/account`);
    await expect(page.getByRole("link", { name: "Change your password" })).toHaveAttribute(
      "href",
      `${identity.endpoint}/account/password?redirect=${back}`,
    );
  });

  test("links another Logto account, which then signs in as the same user", async ({
    app,
    browser,
    identity,
    page,
  }) => {
    const first = await addPerson(identity);
    const second = await addPerson(identity);
    await signIn(page, first.username, { to: "/account" });
    const id = await userId(page);

    await press(page, "Link another Logto account");
    await typeCredentials(page, second.username);
    await onPage(page, "/account");
    const accounts = region(page, "Linked accounts").getByRole("listitem");
    await expect(accounts).toHaveText([new RegExp(first.id), new RegExp(second.id)]);
    expect(await userId(page)).toBe(id);

    const [context, other] = await otherBrowser(browser, app);
    await signIn(other, second.username, { to: "/account" });
    expect(await userId(other)).toBe(id);
    await context.close();
  });

  test("does not link an account that belongs to another user", async ({ app, browser, identity, page }) => {
    const first = await addPerson(identity);
    const second = await addPerson(identity);
    const [context, other] = await otherBrowser(browser, app);
    await signIn(other, second.username);
    await context.close();
    await signIn(page, first.username, { to: "/account" });
    const id = await userId(page);

    await press(page, "Link another Logto account");
    await typeCredentials(page, second.username);
    await expect(page.getByRole("alert").filter({ hasText: "belongs to another user" })).toBeVisible();

    // Logto ended the first one's session when the second one signed in there.
    await page.context().clearCookies();
    await signIn(page, first.username, { to: "/account" });
    await expect(region(page, "Linked accounts").getByRole("listitem")).toHaveText([new RegExp(first.id)]);
    expect(await userId(page)).toBe(id);
  });
});

test.describe("the sessions page", () => {
  test("says so when there is no other session", async ({ identity, page }) => {
    const person = await addPerson(identity);
    await signIn(page, person.username, { to: "/account/sessions" });
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page)).toContainText("this session");
    await expect(rows(page)).toContainText("on Windows");
    await expect(page.getByText("You are signed in nowhere else")).toBeVisible();
  });

  test("lists this session first, and each browser sees itself as this one", async ({
    app,
    browser,
    identity,
    page,
  }) => {
    const person = await addPerson(identity);
    await signIn(page, person.username, { to: "/account/sessions" });
    const context = await browser.newContext({
      baseURL: app.url,
      userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    });
    const other = await context.newPage();
    await signIn(other, person.username, { to: "/account/sessions" });

    await expect(rows(other)).toHaveText([/^Firefox on Linux.*this session/, /^Chrome.* on Windows/]);
    await page.reload();
    await expect(rows(page)).toHaveText([/^Chrome.* on Windows.*this session/, /^Firefox on Linux/]);
    await context.close();
  });

  test("ends one session with its grant, and no other", async ({ app, browser, identity, page }) => {
    const person = await addPerson(identity);
    const [context, other] = await otherBrowser(browser, app);
    await signIn(other, person.username);
    const { refreshToken } = await tokensOf(identity, person);
    await signIn(page, person.username, { to: "/account/sessions" });
    await rows(page)
      .getByRole("button", { name: /^Sign out/ })
      .click();

    await expect(rows(page)).toHaveCount(1);
    await expectOut(other);
    await expect.poll(() => isActive(identity, refreshToken)).toBe(false);
    await page.goto("/account/sessions");
    await expect(rows(page)).toContainText("this session");
    expect(await isActive(identity, (await tokensOf(identity, person)).refreshToken)).toBe(true);
    await context.close();
  });

  test("ends all sessions but this one", async ({ app, browser, identity, page }) => {
    const person = await addPerson(identity);
    const others = await Promise.all([otherBrowser(browser, app), otherBrowser(browser, app)]);
    for (const [, other] of others) await signIn(other, person.username);
    await signIn(page, person.username, { to: "/account/sessions" });
    await expect(rows(page)).toHaveCount(3);
    await press(page, "Sign out all other sessions");

    await expect(rows(page)).toHaveCount(1);
    for (const [context, other] of others) {
      await expectOut(other);
      await context.close();
    }
    await page.goto("/dashboard");
    await expect(page.getByRole("heading", { name: "Welcome" })).toBeVisible();
  });

  test("signs out everywhere, here and at Logto", async ({ app, browser, identity, page }) => {
    const person = await addPerson(identity);
    const [context, other] = await otherBrowser(browser, app);
    await signIn(other, person.username);
    const first = await tokensOf(identity, person);
    await signIn(page, person.username, { to: "/account/sessions" });
    const second = await tokensOf(identity, person);
    await press(page, "Sign out everywhere");

    await onPage(page, "/");
    await expectOut(page);
    await expectOut(other);
    await expect.poll(() => isActive(identity, first.refreshToken)).toBe(false);
    expect(await isActive(identity, second.refreshToken)).toBe(false);
    // Logto's own session is over, too: it asks who it is.
    await press(page, "Sign in");
    await expect(page.getByLabel("Password")).toBeVisible();
    await context.close();
  });

  test("does not end somebody else's session, whatever id is sent", async ({
    app,
    browser,
    identity,
    page,
  }) => {
    const [victim, attacker] = [await addPerson(identity), await addPerson(identity)];
    const [first, victimPage] = await otherBrowser(browser, app);
    const [second, secondPage] = await otherBrowser(browser, app);
    await signIn(secondPage, victim.username);
    await signIn(victimPage, victim.username, { to: "/account/sessions" });
    const id = await victimPage.locator("input[name=id]").inputValue();

    const [third, thirdPage] = await otherBrowser(browser, app);
    await signIn(thirdPage, attacker.username);
    await signIn(page, attacker.username, { to: "/account/sessions" });
    await page.locator("input[name=id]").evaluate((input, value) => input.setAttribute("value", value), id);
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await rows(page)
      .getByRole("button", { name: /^Sign out/ })
      .click();
    expect((await answered).status()).toBeLessThan(400);

    await victimPage.reload();
    await expect(rows(victimPage)).toHaveCount(2);
    await page.reload();
    await expect(rows(page)).toHaveCount(2);
    for (const context of [first, second, third]) await context.close();
  });

  test.describe("without JavaScript", () => {
    test.use({ javaScriptEnabled: false });

    test("ends another session", async ({ app, browser, identity, page }) => {
      const person = await addPerson(identity);
      const [context, other] = await otherBrowser(browser, app);
      await signIn(other, person.username);
      await signIn(page, person.username, { to: "/account/sessions" });
      await rows(page)
        .getByRole("button", { name: /^Sign out/ })
        .click();
      await expect(rows(page)).toHaveCount(1);
      await expectOut(other);
      await context.close();
    });
  });
});

test.describe("deleting the account", () => {
  test("asks for the password, and removes the user with all sessions and grants", async ({
    app,
    browser,
    identity,
    page,
  }) => {
    const person = await addPerson(identity);
    const [context, other] = await otherBrowser(browser, app);
    await signIn(other, person.username);
    const { refreshToken } = await tokensOf(identity, person);
    await signIn(page, person.username, { to: "/account" });
    const id = await userId(page);

    await press(page, "Delete my account");
    // Logto knows this browser, and asks all the same.
    await typeCredentials(page, person.username, seedPassword);
    await onPage(page, "/account/delete");
    await press(page, "Delete my account");

    await onPage(page, "/");
    await expectOut(page);
    await expectOut(other);
    await expect.poll(() => isActive(identity, refreshToken)).toBe(false);
    await context.close();

    // The account at Logto stays; here it is somebody new.
    await signIn(page, person.username, { to: "/account" });
    expect(await userId(page)).not.toBe(id);
  });

  test("can be called off", async ({ identity, page }) => {
    const person = await addPerson(identity);
    await signIn(page, person.username, { to: "/account/delete" });
    await page.getByRole("link", { name: "Keep my account" }).click();
    await onPage(page, "/account");
    await expect(region(page, "Linked accounts")).toContainText(person.id);
  });

  test("by somebody else's password signs in as somebody else, and deletes nobody", async ({
    identity,
    page,
  }) => {
    const [person, somebody] = [await addPerson(identity), await addPerson(identity)];
    await signIn(page, person.username, { to: "/account" });
    const id = await userId(page);
    await press(page, "Delete my account");
    await typeCredentials(page, somebody.username);
    await page.waitForURL(({ pathname }) => !pathname.startsWith("/interaction"));
    await page.context().clearCookies();
    await signIn(page, person.username, { to: "/account" });
    expect(await userId(page)).toBe(id);
  });
});
