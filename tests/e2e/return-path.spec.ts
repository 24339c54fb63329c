import type { APIResponse } from "@playwright/test";
import { z } from "zod";
import { expect, test } from "./fixtures";
import {
  beginSignIn,
  callbackOf,
  csrfForm,
  expectSignInMessage,
  pathOf,
  signInByRequests,
  typePassword,
  visit,
} from "./requests";

const profile = "/profile?tab=4";

/** Paths of each kind that the unit test of safeCallbackUrl rejects. */
const evil = ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"];
const signInPage = (callbackUrl: string) =>
  `/sign-in?callbackUrl=${encodeURIComponent(callbackUrl)}`;

test("a callbackUrl never leads to another origin", async ({ context, stage }) => {
  const expectOurs = (location: string, callbackUrl: string) =>
    expect(new URL(location, stage.url).origin, callbackUrl).toBe(stage.url);
  for (const callbackUrl of evil) {
    const html = await (await visit(context, signInPage(callbackUrl))).text();
    const [, value = "//"] = /name="callbackUrl" value="(\/[^"]*)"/.exec(html) ?? [];
    expectOurs(value, callbackUrl);
  }
  await signInByRequests(context, "bob");
  for (const callbackUrl of evil) {
    const response = await visit(context, signInPage(callbackUrl), { maxRedirects: 0 });
    expect(response.status()).toBe(307);
    expectOurs(response.headers().location ?? "", callbackUrl);
  }
  // As if the form had been tampered with. Logto already has a session with the browser.
  for (const callbackUrl of evil) {
    await context.clearCookies({ name: /^authjs\./ });
    expectOurs((await beginSignIn(context, callbackUrl)).url(), callbackUrl);
  }
});

test("each of several tabs that sign in at once leads to its page", async ({ context }) => {
  const paths = ["/profile?tab=1", "/profile?tab=2", "/profile?tab=3"] as const;
  const begin = (path: string) => beginSignIn(context, path);
  const pages = [await begin(paths[0]), await begin(paths[1]), await begin(paths[2])] as const;
  const complete = async (page: APIResponse) =>
    visit(context, (await callbackOf(context, page)).href);
  await test.step("an earlier one submits first: its sign-in page leads to its page", async () => {
    const landed = await complete(pages[1]);
    await expectSignInMessage(landed, "Sign-in was interrupted");
    expect(new URL(landed.url()).searchParams.get("callbackUrl")).toBe(paths[1]);
  });
  await test.step("the last one completes", async () => {
    expect(pathOf(await complete(pages[2]))).toBe(paths[2]);
  });
  await test.step("one that was overtaken is signed in, too", async () => {
    expect(pathOf(await complete(pages[0]))).toBe(paths[0]);
  });
});

test("a sign-in page goes on when the user returns signed in", async ({ context, page, stage }) => {
  await page.goto(profile);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await signInByRequests(context, "alice");
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(page).toHaveURL(stage.url + profile);
});

test("next-auth/react's signIn and signOut return to their pages, but never to another origin or route of Auth.js", async ({
  context,
  page,
  stage,
}) => {
  const post = async (route: string, callbackUrl: string) => {
    const form = { ...(await csrfForm(context)), callbackUrl };
    const headers = { "x-auth-return-redirect": "1" };
    const response = await context.request.post(`/api/auth/${route}`, { form, headers });
    return z.object({ url: z.url() }).parse(await response.json()).url;
  };
  for (const [callbackUrl, expected] of [
    ["/bye?really=1", "/bye?really=1"],
    ["https://evil.example/bye", "/"],
    ["/api/auth/signout", "/"],
  ] as const)
    await test.step(callbackUrl, async () => {
      // Logto has no session with the browser: it asks for the password.
      const logto = await context.request.get(await post("signin/logto", profile));
      expect(pathOf(await typePassword(context, logto, "bob"))).toBe(profile);
      await page.goto(await post("signout", callbackUrl));
      await expect(page).toHaveURL(stage.url + expected);
    });
});
