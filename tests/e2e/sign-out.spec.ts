import type { BrowserContext } from "@playwright/test";
import { addPerson, isActive, tokensOf, userinfoStatus, type Person } from "./people";
import { expireAccessToken } from "./session-cookie";
import {
  csrfForm,
  expect,
  expectSignedOut,
  signIn,
  signInByRequests,
  type Stage,
  test,
} from "./stage";
import { goToLogto, sessionCookies, signOut } from "./steps";

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
  const { accessToken, refreshToken } = await tokensOf(control, person);
  expect(await isActive(control, refreshToken)).toBe(true);
  expect(await userinfoStatus(control, accessToken)).toBe(200);
  await leave();
  expect(await sessionCookies(context)).toEqual([]);
  expect(await isActive(control, refreshToken)).toBe(false);
  expect(await userinfoStatus(control, accessToken)).toBe(401);
}

test("signing out from the user menu ends the session and Logto's session, and shows it on the start page", async ({
  context,
  page,
  stage,
}) => {
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

test("signing out through Auth.js's own route goes to Logto and back here, whatever the callbackUrl, and the old cookie opens nothing", async ({
  context,
  stage,
}) => {
  const person = await addPerson(stage.control);
  await signInByRequests(context, person.username);
  const saved = await sessionCookies(context);
  await expectEnded(context, stage, person, async () => {
    const form = { ...(await csrfForm(context)), callbackUrl: "https://evil.example/" };
    const response = await context.request.post("/api/auth/signout", { form, maxRedirects: 0 });
    expect(response.status()).toBe(302);
    const location = new URL(response.headers().location ?? "");
    expect(location.href).toContain(`${stage.control.issuer}/session/end?`);
    expect(location.searchParams.get("post_logout_redirect_uri")).toBe(`${stage.url}/`);
  });

  await context.addCookies(saved);
  await stage.control.forgetRequests();
  await expectSignedOut(context);
  expect((await stage.control.requests()).total, "requests to Logto").toBe(0);
});

test("Back shows nothing protected after signing out", { tag: "@jwt" }, async ({ page, stage }) => {
  const { username } = await addPerson(stage.control);
  await signIn(page, username);
  await page.getByRole("navigation").getByRole("link", { name: "Profile" }).click();
  await expect(page.getByRole("heading", { name: "Profile" })).toBeVisible();
  await signOut(page);

  for (const _ of ["the profile", "the dashboard"]) {
    await page.goBack();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  }
  await expect(page.getByText(username)).toHaveCount(0);
});

test(
  "after signing out in one tab, other tabs show nothing protected and can sign out, too",
  { tag: "@once" },
  async ({ context, page, stage }) => {
    await signIn(page, "alice");
    const [restored, next, last] = await Promise.all(
      ["/profile", "/dashboard", "/dashboard"].map(async (path) => {
        const tab = await context.newPage();
        await tab.goto(path);
        return tab;
      }),
    );
    if (!restored || !next || !last) throw new Error("no tabs");
    await expect(
      restored.getByRole("table", { name: "Claims that only userinfo has" }),
    ).toBeVisible();
    await signOut(page);

    await test.step("a page that the browser restores from its back/forward cache", async () => {
      await restored.evaluate(() =>
        window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })),
      );
      await expect(restored.getByRole("heading", { name: "Sign in" })).toBeVisible();
    });
    await test.step("the next page is the sign-in page", async () => {
      await next.getByRole("navigation").getByRole("link", { name: "Profile" }).click();
      await expect(next).toHaveURL(`${stage.url}/sign-in?callbackUrl=%2Fprofile`);
      await expect(next.getByRole("heading", { name: "Sign in" })).toBeVisible();
    });
    await test.step("signing out leads to the start page", async () => {
      await signOut(last);
      await expect(last.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
      expect(new URL(last.url()).origin).toBe(stage.url);
    });
  },
);
