import type { BrowserContext, Page } from "@playwright/test";
import { z } from "zod";
import { expect, test as base } from "../e2e/fixtures";
import { flaws } from "../e2e/pages";
import { addPerson, grantOf, isActive, type Person } from "../e2e/people";
import { crossSite, signIn, signInByRequests, visit } from "../e2e/requests";
import { typeCredentials } from "../e2e/steps";

interface Account extends Person {
  /** Other browsers in which the person is signed in. */
  others: BrowserContext[];
  /** The refresh token that the last of these has. */
  otherGrant: string;
}

const test = base.extend<{
  /** Signs a person in, in another browser. */
  signInElsewhere: (username: string) => Promise<BrowserContext>;
  /** Signs a new person in, in `elsewhere` other browsers and then in this one, and opens a page. */
  openAs: (path: string, options?: { elsewhere: number }) => Promise<Account>;
}>({
  signInElsewhere: async ({ app, browser }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (username) => {
      const context = await browser.newContext({ baseURL: app.url });
      contexts.push(context);
      await signInByRequests(context, username);
      return context;
    });
    for (const context of contexts) await context.close();
  },
  openAs: async ({ identity, page, signInElsewhere }, use) => {
    await use(async (path, { elsewhere } = { elsewhere: 0 }) => {
      const person = await addPerson(identity, { claims: { name: "Nora New" } });
      const others: BrowserContext[] = [];
      for (let count = 0; count < elsewhere; count += 1)
        others.push(await signInElsewhere(person.username));
      const otherGrant = elsewhere > 0 ? await grantOf(identity, person) : "";
      await signIn(page, person.username, { to: path });
      return { ...person, others, otherGrant };
    });
  },
});

const press = (page: Page, name: string | RegExp) =>
  page.getByRole("main").getByRole("button", { name, exact: true }).click();
const rows = (page: Page) => page.getByRole("main").getByRole("listitem");
const check = z.object({ user: z.object({ id: z.string() }) });

/** The id that our app has for the signed-in user. */
const userId = async ({ request }: BrowserContext) =>
  check.parse(await (await request.get("/api/auth/check")).json()).user.id;

/** The sessions have ended: the next page request is redirected to the sign-in page. */
async function expectOut(...contexts: BrowserContext[]): Promise<void> {
  for (const context of contexts) {
    const location = async () =>
      (await visit(context, "/dashboard", { maxRedirects: 0 })).headers().location;
    await expect.poll(location).toBe("/sign-in?callbackUrl=%2Fdashboard");
  }
}

async function expectIn(...contexts: BrowserContext[]): Promise<void> {
  for (const context of contexts)
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
}

test("the account page shows the user, also when a deletion was cancelled, and links to Logto for what only Logto can change", async ({
  app,
  context,
  identity,
  openAs,
  page,
}) => {
  await openAs("/account/delete");
  await page.getByRole("link", { name: "Keep my account" }).click();
  await expect(page).toHaveURL("/account");
  const profile = page.getByRole("region", { name: "Profile" });
  await expect(profile).toContainText("Nora New");
  await expect(profile.locator("code")).toHaveText(await userId(context));
  // Logto's own pages link back here.
  const redirect = encodeURIComponent(`${app.url}/account`);
  await expect(page.getByRole("link", { name: "Change your password" })).toHaveAttribute(
    "href",
    `${identity.endpoint}/account/password?redirect=${redirect}`,
  );
});

test("the sessions page lists this session first", async ({ app, browser, openAs, page }) => {
  const { username } = await openAs("/account/sessions");
  await expect(rows(page)).toHaveText([/^Chrome.* on Windows.*this session/]);
  await expect(page.getByText("You are not signed in anywhere else")).toBeVisible();
  const other = await browser.newPage({
    baseURL: app.url,
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
  });
  await signIn(other, username, { to: "/account/sessions" });
  await expect(rows(other)).toHaveText([/^Firefox on Linux.*this session/, /^Chrome.* on Windows/]);
  await page.reload();
  await expect(rows(page)).toHaveText([/^Chrome.* on Windows.*this session/, /^Firefox on Linux/]);
  await other.close();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the sessions page ends one session and its grant, and no other session", async ({
    context,
    identity,
    openAs,
    page,
  }) => {
    const account = await openAs("/account/sessions", { elsewhere: 1 });
    await press(page, /^Sign out Chrome/);
    await expect(rows(page)).toHaveCount(1);
    await expectOut(...account.others);
    await expect.poll(() => isActive(identity, account.otherGrant)).toBe(false);
    await expectIn(context);
    expect(await isActive(identity, await grantOf(identity, account))).toBe(true);
  });
});

test("the sessions page ends all other sessions", async ({ context, openAs, page }) => {
  const { others } = await openAs("/account/sessions", { elsewhere: 2 });
  await expect(rows(page)).toHaveCount(3);
  await press(page, "Sign out all other sessions");
  await expect(rows(page)).toHaveCount(1);
  await expectOut(...others);
  await expectIn(context);
});

test("the sessions page signs out everywhere, here and at Logto", async ({
  context,
  identity,
  openAs,
  page,
}) => {
  const account = await openAs("/account/sessions", { elsewhere: 1 });
  await press(page, "Sign out everywhere");
  await expect(page).toHaveURL("/");
  await expectOut(context, ...account.others);
  for (const token of [account.otherGrant, await grantOf(identity, account)])
    await expect.poll(() => isActive(identity, token)).toBe(false);
  // Logto's own session has ended too: it asks for the password again.
  await page.goto("/sign-in");
  await press(page, "Sign in");
  await expect(page.getByLabel("Password")).toBeVisible();
});

test("axe and the console report nothing on the account pages", async ({ openAs, page }) => {
  await openAs("/account", { elsewhere: 1 });
  expect(await flaws(page, ["/account", "/account/sessions", "/account/delete"])).toEqual([]);
});

test("deleting the account asks for the password, then deletes the user with all sessions and grants", async ({
  context,
  identity,
  openAs,
  page,
  signInElsewhere,
}) => {
  const { others, otherGrant, username } = await openAs("/account", { elsewhere: 1 });
  const id = await userId(context);
  await press(page, "Delete my account");
  // Logto has a session with this browser, but asks for the password all the same.
  await typeCredentials(page, username);
  await expect(page).toHaveURL("/account/delete");
  await press(page, "Delete my account");

  await expect(page).toHaveURL("/");
  await expectOut(context, ...others);
  await expect.poll(() => isActive(identity, otherGrant)).toBe(false);
  // The account at Logto remains, and so does the user's id.
  expect(await userId(await signInElsewhere(username))).toBe(id);
});

test("deleting the account with another user's password signs in as that user and deletes nothing", async ({
  app,
  identity,
  openAs,
  page,
}) => {
  const { id } = await openAs("/account");
  await press(page, "Delete my account");
  await typeCredentials(page, (await addPerson(identity)).username);
  await page.waitForURL(({ pathname }) => !pathname.startsWith("/interaction"));
  expect(await app.storage.users?.of(id)).toHaveLength(1);
});

/** The hidden fields by which a page's forms name their server actions without JavaScript. */
async function actionsOf(context: BrowserContext, path: string): Promise<Record<string, string>[]> {
  const html = await (await visit(context, path)).text();
  return [...html.matchAll(/<form.*?<\/form>/gs)]
    .map(([body]) => {
      const inputs = body.matchAll(
        /<input type="hidden" name="(\$ACTION[^"]*|id)"(?: value="([^"]*)")?/g,
      );
      return Object.fromEntries([...inputs].map(([, name = "", value = ""]) => [name, value]));
    })
    .filter((fields) => Object.keys(fields).some((name) => name.startsWith("$ACTION")));
}

test("the sessions page ends no session for another site's page", async ({ context, openAs }) => {
  const { others } = await openAs("/account/sessions", { elsewhere: 1 });
  const actions = await actionsOf(context, "/account/sessions");
  // Ends the other session, all other sessions, all sessions.
  expect(actions).toHaveLength(3);
  for (const multipart of actions)
    for (const origin of [crossSite.origin, "null"]) {
      const headers = { ...crossSite, origin };
      const response = await context.request.post("/account/sessions", { multipart, headers });
      expect([response.status(), response.headers().location]).toEqual([500, undefined]);
    }
  await expectIn(context, ...others);
});
