import type { Page } from "@playwright/test";
import { z } from "zod";
import { csrfForm, expect, signIn, signInByRequests, test, visit } from "./stage";
import { addPerson, isActive, tokensOf, userinfoStatus } from "./people";
import { goToLogto, sessionCookies, signOut } from "./steps";

/** Posts like the form on Auth.js's own sign-out page, and follows the redirect. */
async function postSignOut(page: Page): Promise<void> {
  const form = await csrfForm(page.context());
  const response = await page.request.post("/api/auth/signout", { form, maxRedirects: 0 });
  expect(response.status()).toBe(302);
  await page.goto(response.headers().location ?? "");
  await page.waitForURL(({ pathname }) => pathname === "/");
}

/** Does what `signOut()` of next-auth/react does: gets JSON and opens its `url`. */
async function fetchSignOut(page: Page): Promise<void> {
  const form = { ...(await csrfForm(page.context())), callbackUrl: "/" };
  const headers = { "x-auth-return-redirect": "1" };
  const response = await page.request.post("/api/auth/signout", { form, headers });
  await page.goto(z.object({ url: z.url() }).parse(await response.json()).url);
  await page.waitForURL(({ pathname }) => pathname === "/");
}

async function signOutFromCard(page: Page): Promise<void> {
  await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(({ pathname }) => pathname === "/");
}

/** Our action and Auth.js's route. Each is tested once in every strategy. */
const ways = [
  { way: "from the user menu", leave: signOut },
  { way: "from the dashboard", leave: signOutFromCard, tag: "@jwt" },
  { way: "with a form for Auth.js's own route", leave: postSignOut },
  { way: "with next-auth/react", leave: fetchSignOut, tag: "@jwt" },
];

for (const { way, leave, tag = [] } of ways) {
  test(
    `signing out ${way} ends the session and Logto's session, and revokes the grant`,
    { tag },
    async ({ context, identity, page }) => {
      const person = await addPerson(identity);
      await signIn(page, person.username);
      const { accessToken, refreshToken } = await tokensOf(identity, person);
      expect(await isActive(identity, refreshToken)).toBe(true);
      expect(await userinfoStatus(identity, accessToken)).toBe(200);

      await leave(page);

      expect(await sessionCookies(context)).toEqual([]);
      expect(await isActive(identity, refreshToken)).toBe(false);
      expect(await userinfoStatus(identity, accessToken)).toBe(401);
      await page.goto("/dashboard");
      await goToLogto(page);
    },
  );
}

test("a saved session cookie does not work after signing out", async ({
  context,
  identity,
  page,
}) => {
  const { username } = await addPerson(identity);
  await signIn(page, username);
  const saved = await sessionCookies(context);
  await signOut(page);
  await context.addCookies(saved);
  expect((await context.request.get("/api/auth/check")).status()).toBe(401);
  expect(new URL((await visit(context, "/dashboard")).url()).pathname).toBe("/sign-in");
});

test(
  "the start page shows that the user is signed out, without a query in its address",
  { tag: "@jwt" },
  async ({ page }) => {
    await signIn(page, "bob");
    await signOut(page);
    await expect(page.getByText("You are signed out")).toBeVisible();
    expect(new URL(page.url()).search).toBe("");
  },
);

test(
  "Back shows nothing protected after signing out",
  { tag: "@jwt" },
  async ({ identity, page }) => {
    const { username } = await addPerson(identity);
    await signIn(page, username);
    await page.getByRole("navigation").getByRole("link", { name: "Profile" }).click();
    await expect(page.getByRole("heading", { name: "Profile" })).toBeVisible();
    await signOut(page);

    await page.goBack();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await page.goBack();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expect(page.getByText(username)).toHaveCount(0);
  },
);

test(
  "a page that the browser restores from its back/forward cache checks the session again",
  { tag: "@jwt" },
  async ({ context, page }) => {
    await signIn(page, "alice");
    const left = await context.newPage();
    await left.goto("/profile");
    await expect(left.getByRole("table", { name: "Claims that only userinfo has" })).toBeVisible();
    await signOut(page);

    const restored = () =>
      window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    await left.evaluate(restored);
    await expect(left.getByRole("heading", { name: "Sign in" })).toBeVisible();
  },
);

test("after signing out in one tab, another tab's next page is the sign-in page", async ({
  app,
  context,
  page,
}) => {
  await signIn(page, "alice");
  const other = await context.newPage();
  await other.goto("/dashboard");
  await signOut(page);

  await other.getByRole("navigation").getByRole("link", { name: "Profile" }).click();
  await expect(other).toHaveURL(`${app.url}/sign-in?callbackUrl=%2Fprofile`);
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("signing out in a tab after another tab signed out leads to the start page", async ({
  app,
  context,
  page,
}) => {
  await signIn(page, "alice");
  const other = await context.newPage();
  await other.goto("/dashboard");
  await signOut(page);

  await signOut(other);
  await expect(other.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
  expect(new URL(other.url()).origin).toBe(app.url);
});

test("signing out requires its CSRF token", async ({ context }) => {
  await signInByRequests(context, "alice");
  await context.request.post("/api/auth/signout", {
    form: { csrfToken: "made up" },
    maxRedirects: 0,
  });
  expect(await sessionCookies(context)).toHaveLength(1);
  expect((await context.request.get("/api/auth/check")).status()).toBe(200);
});
