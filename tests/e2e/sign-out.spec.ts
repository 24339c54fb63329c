import type { BrowserContext } from "@playwright/test";
import { expect, type Stage, test } from "./fixtures";
import { addPerson, grantOf, isActive, type Person, revokeGrant } from "./people";
import { signIn, visit } from "./requests";
import { expireAccessToken, sessionCookies } from "./session-cookie";
import { goToLogto, signOut } from "./steps";

/**
 * Signs out a person who is signed in, by `leave`. Expects that the browser has no session cookie
 * any more, and that the grant was revoked.
 */
async function expectEnded(
  context: BrowserContext,
  { control }: Stage,
  person: Person,
  leave: () => Promise<void>,
): Promise<void> {
  const refreshToken = await grantOf(control, person);
  expect(await isActive(control, refreshToken)).toBe(true);
  await leave();
  expect(await sessionCookies(context)).toEqual([]);
  expect(await isActive(control, refreshToken)).toBe(false);
}

test("the user menu's sign-out ends our session and Logto's", async ({ context, page, stage }) => {
  const person = await addPerson(stage.control);
  await signIn(page, person.username);
  await expectEnded(context, stage, person, () => signOut(page));
  await expect(page.getByText("You are signed out")).toBeVisible();
  expect(new URL(page.url()).search).toBe("");
  await page.goto("/dashboard");
  await goToLogto(page);
});

test(
  "signing out with an access token that is about to expire revokes the grant without a renewal",
  { tag: "@jwt" },
  async ({ context, page, stage }) => {
    const person = await addPerson(stage.control);
    await signIn(page, person.username);
    await expectEnded(context, stage, person, async () => {
      await expireAccessToken(context, stage);
      await stage.control.forgetRequests();
      await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL(({ pathname }) => pathname === "/");
      const { byEndpoint, byGrant } = await stage.control.requests();
      expect([byEndpoint.revocation, byGrant.refresh_token]).toEqual([1, undefined]);
    });
  },
);

test(
  "signing out of a session that Logto ended removes its cookie and does not sign in again",
  { tag: "@once" },
  async ({ page, context, stage }) => {
    await signIn(page, "bob");
    await revokeGrant(context, stage);
    await expireAccessToken(context, stage);
    await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL((url) => url.pathname === "/");
    expect(await sessionCookies(context)).toEqual([]);
    const next = await visit(context, "/dashboard", { maxRedirects: 0 });
    expect(next.headers().location).toBe("/sign-in?callbackUrl=%2Fdashboard");
  },
);

test(
  "with the back-forward cache on, Back after signing out shows nothing protected",
  { tag: "@jwt" },
  async ({ app, identity, launchOptions, playwright }) => {
    // Playwright turns off the back-forward cache, where users' browsers store the pages that they
    // leave.
    const ignoreDefaultArgs = ["--disable-back-forward-cache"];
    const browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs });
    try {
      const page = await browser.newPage({ baseURL: app.url });
      const { username } = await addPerson(identity);
      await signIn(page, username);
      await signOut(page);
      await page.evaluate(() => history.back());
      await expect(page.getByRole("heading", { name: "Sign in", exact: true })).toBeVisible();
      await expect(page.getByText(username)).toHaveCount(0);
    } finally {
      await browser.close();
    }
  },
);

test(
  "after signing out in one tab, other tabs show nothing protected and can sign out, too",
  { tag: "@once" },
  async ({ context, page, stage }) => {
    await signIn(page, "alice");
    const [next, last] = [await context.newPage(), await context.newPage()];
    for (const tab of [next, last]) await tab.goto("/dashboard");
    await signOut(page);

    await next.getByRole("navigation").getByRole("link", { name: "Profile" }).click();
    await expect(next).toHaveURL(`${stage.url}/sign-in?callbackUrl=%2Fprofile`);
    await expect(next.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await signOut(last);
    await expect(last.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
    expect(new URL(last.url()).origin).toBe(stage.url);
  },
);
