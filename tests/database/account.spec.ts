import type { BrowserContext, Page } from "@playwright/test";
import { flaws } from "../e2e/pages";
import { addPerson, isActive, tokensOf } from "../e2e/people";
import { crossSite, expect, signIn, signInByRequests, test as base, visit } from "../e2e/stage";
import { typeCredentials } from "../e2e/steps";
import { userId } from "./user-id";

const test = base.extend<{
  /** Signs a user in, in another browser. */
  signInElsewhere: (username: string) => Promise<BrowserContext>;
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
});

const region = (page: Page, name: string) => page.getByRole("region", { name });
const press = (page: Page, name: string | RegExp) =>
  page.getByRole("main").getByRole("button", { name, exact: true }).click();
const rows = (page: Page) => page.getByRole("main").getByRole("listitem");
const onPage = (page: Page, path: string) => page.waitForURL(({ pathname }) => pathname === path);

/** The session has ended: the next page request is redirected to the sign-in page. */
async function expectOut(context: BrowserContext): Promise<void> {
  const location = async () =>
    (await visit(context, "/dashboard", { maxRedirects: 0 })).headers().location;
  await expect.poll(location).toBe("/sign-in?callbackUrl=%2Fdashboard");
}

async function expectIn(context: BrowserContext): Promise<void> {
  expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
}

test.describe("the account page", () => {
  test("shows the user, also when a deletion was cancelled, and links to Logto for what only Logto can change", async ({
    app,
    context,
    identity,
    page,
  }) => {
    const person = await addPerson(identity, { claims: { name: "Nora New" } });
    await signIn(page, person.username, { to: "/account/delete" });
    await page.getByRole("link", { name: "Keep my account" }).click();
    await onPage(page, "/account");
    await expect(region(page, "Profile")).toContainText("Nora New");
    await expect(region(page, "Profile").locator("code")).toHaveText(await userId(context));
    // Logto's own pages link back here.
    const redirect = encodeURIComponent(`${app.url}/account`);
    await expect(page.getByRole("link", { name: "Change your password" })).toHaveAttribute(
      "href",
      `${identity.endpoint}/account/password?redirect=${redirect}`,
    );
  });
});

test.describe("the sessions page", () => {
  test("lists the current session first, in each browser", async ({
    app,
    browser,
    identity,
    page,
  }) => {
    const person = await addPerson(identity);
    await signIn(page, person.username, { to: "/account/sessions" });
    await expect(rows(page)).toHaveText([/^Chrome.* on Windows.*this session/]);
    await expect(page.getByText("You are not signed in anywhere else")).toBeVisible();
    const other = await browser.newPage({
      baseURL: app.url,
      userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    });
    await signIn(other, person.username, { to: "/account/sessions" });

    await expect(rows(other)).toHaveText([
      /^Firefox on Linux.*this session/,
      /^Chrome.* on Windows/,
    ]);
    await page.reload();
    await expect(rows(page)).toHaveText([
      /^Chrome.* on Windows.*this session/,
      /^Firefox on Linux/,
    ]);
    await other.close();
  });

  test.describe("without JavaScript", () => {
    test.use({ javaScriptEnabled: false });

    test("ends one session and its grant, and no other session", async ({
      context,
      identity,
      page,
      signInElsewhere,
    }) => {
      const person = await addPerson(identity);
      const other = await signInElsewhere(person.username);
      const { refreshToken } = await tokensOf(identity, person);
      await signIn(page, person.username, { to: "/account/sessions" });
      await press(page, /^Sign out Chrome/);

      await expect(rows(page)).toHaveCount(1);
      await expectOut(other);
      await expect.poll(() => isActive(identity, refreshToken)).toBe(false);
      await expectIn(context);
      expect(await isActive(identity, (await tokensOf(identity, person)).refreshToken)).toBe(true);
    });
  });

  test("ends all other sessions", async ({ context, identity, page, signInElsewhere }) => {
    const { username } = await addPerson(identity);
    const others = [await signInElsewhere(username), await signInElsewhere(username)];
    await signIn(page, username, { to: "/account/sessions" });
    await expect(rows(page)).toHaveCount(3);
    await press(page, "Sign out all other sessions");

    await expect(rows(page)).toHaveCount(1);
    for (const other of others) await expectOut(other);
    await expectIn(context);
  });

  test("signs out everywhere, here and at Logto", async ({
    context,
    identity,
    page,
    signInElsewhere,
  }) => {
    const person = await addPerson(identity);
    const other = await signInElsewhere(person.username);
    const first = await tokensOf(identity, person);
    await signIn(page, person.username, { to: "/account/sessions" });
    const second = await tokensOf(identity, person);
    await press(page, "Sign out everywhere");

    await onPage(page, "/");
    await expectOut(context);
    await expectOut(other);
    await expect.poll(() => isActive(identity, first.refreshToken)).toBe(false);
    expect(await isActive(identity, second.refreshToken)).toBe(false);
    // Logto's own session has ended too: it asks for the password again.
    await page.goto("/sign-in");
    await press(page, "Sign in");
    await expect(page.getByLabel("Password")).toBeVisible();
  });
});

test("axe and the console report nothing on the account pages of a user with two sessions", async ({
  identity,
  page,
  signInElsewhere,
}) => {
  const person = await addPerson(identity);
  await signInElsewhere(person.username);
  await signIn(page, person.username, { to: "/account" });
  expect(await flaws(page, ["/account", "/account/sessions", "/account/delete"])).toEqual([]);
});

test.describe("deleting the account", () => {
  test("asks for the password, then deletes the user with all sessions and grants", async ({
    context,
    identity,
    page,
    signInElsewhere,
  }) => {
    const person = await addPerson(identity);
    const other = await signInElsewhere(person.username);
    const { refreshToken } = await tokensOf(identity, person);
    await signIn(page, person.username, { to: "/account" });
    const id = await userId(context);

    await press(page, "Delete my account");
    // Logto has a session with this browser, but asks for the password all the same.
    await typeCredentials(page, person.username);
    await onPage(page, "/account/delete");
    await press(page, "Delete my account");

    await onPage(page, "/");
    await expectOut(context);
    await expectOut(other);
    await expect.poll(() => isActive(identity, refreshToken)).toBe(false);

    // The account at Logto remains, and so does the user's id.
    expect(await userId(await signInElsewhere(person.username))).toBe(id);
  });

  test("with another user's password signs in as that user and deletes nothing", async ({
    context,
    identity,
    page,
    signInElsewhere,
  }) => {
    const [person, other] = [await addPerson(identity), await addPerson(identity)];
    await signIn(page, person.username, { to: "/account" });
    const id = await userId(context);
    await press(page, "Delete my account");
    await typeCredentials(page, other.username);
    await page.waitForURL(({ pathname }) => !pathname.startsWith("/interaction"));
    expect(await userId(await signInElsewhere(person.username))).toBe(id);
  });
});

/** The hidden fields by which a page's forms name their server actions without JavaScript. */
async function actionsOf(context: BrowserContext, path: string): Promise<Record<string, string>[]> {
  const html = await (await visit(context, path)).text();
  return [...html.matchAll(/<form.*?<\/form>/gs)]
    .map(([body]) => {
      const inputs = body.matchAll(
        /<input type="hidden" name="(\$ACTION[^"]*)"(?: value="([^"]*)")?/g,
      );
      return Object.fromEntries([...inputs].map(([, name = "", value = ""]) => [name, value]));
    })
    .filter((fields) => Object.keys(fields).length > 0);
}

test("the sessions page does not end another user's session, whatever id the form sends", async ({
  app,
  context,
  identity,
  signInElsewhere,
}) => {
  const [victim, attacker] = [await addPerson(identity), await addPerson(identity)];
  const [theirs, second, own] = await Promise.all([
    signInElsewhere(victim.username),
    signInElsewhere(victim.username),
    signInElsewhere(attacker.username),
  ]);
  await signInByRequests(context, attacker.username);
  /** The id of the other session that the page lists. */
  const listed = async (each: BrowserContext) =>
    /name="id" value="([^"]+)"/.exec(await (await visit(each, "/account/sessions")).text())?.[1];
  const [endSession] = await actionsOf(context, "/account/sessions");
  const post = async (id = "") => {
    expect(id).not.toBe("");
    const multipart = { ...endSession, id };
    const headers = { origin: app.url };
    const response = await context.request.post("/account/sessions", { multipart, headers });
    expect(response.status()).toBe(200);
  };

  await post(await listed(theirs));
  for (const each of [theirs, second, own, context]) await expectIn(each);
  await post(await listed(context));
  await expectOut(own);
});

test("server actions reject posts from another site's page", async ({
  context,
  identity,
  signInElsewhere,
}) => {
  const { username } = await addPerson(identity);
  await signInElsewhere(username);
  await signInByRequests(context, username);
  const actions = await actionsOf(context, "/account/sessions");
  // Ends the other session, all other sessions, all sessions.
  expect(actions).toHaveLength(3);
  for (const multipart of actions)
    for (const origin of [crossSite.origin, "null"]) {
      const headers = { ...crossSite, origin };
      const response = await context.request.post("/account/sessions", {
        multipart,
        headers,
        maxRedirects: 0,
      });
      expect([response.status(), response.headers().location]).toEqual([500, undefined]);
    }
  await expectIn(context);
});
