import type { BrowserContext } from "@playwright/test";
import { beginSignIn, expect, signInByRequests, test, typePassword, visit } from "./stage";
import { goToLogto } from "./steps";

// One that is an address elsewhere, and one that is none.
for (const callbackUrl of ["//evil.example", "javascript:alert(document.domain)"]) {
  test(`signing in by a link with callbackUrl=${callbackUrl} lands on our own dashboard`, async ({
    page,
    stage,
  }) => {
    const elsewhere: string[] = [];
    const ours = [stage.url, stage.control.endpoint];
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol.startsWith("http") && !ours.includes(origin)) elsewhere.push(request.url());
    });
    page.on("dialog", (dialog) => elsewhere.push(dialog.message()));
    await page.goto(`/sign-in?callbackUrl=${encodeURIComponent(callbackUrl)}`);
    await expect(page.locator('input[name="callbackUrl"]')).toHaveValue("/dashboard");
    // As though the page had been changed on its way: the server looks for itself.
    await page.locator('input[name="callbackUrl"]').evaluate((input, value) => {
      input.setAttribute("value", value);
    }, callbackUrl);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("button", { name: /Bob Park/ }).click();
    await page.waitForURL((url) => url.pathname === "/dashboard");
    expect(new URL(page.url()).origin).toBe(stage.url);
    expect(elsewhere).toEqual([]);
  });
}

const evil = [
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "javascript:alert(document.domain)",
  "/\t/evil.example",
  "https:evil.example",
  "https:/\\evil.example",
  "/..//evil.example",
  "\\\\evil.example",
  "data:text/html,<script>alert(1)</script>",
  " //evil.example",
];

/**
 * Where signing in leads to that was begun by Auth.js's own route. Logto knows the browser already.
 */
async function landing(context: BrowserContext, callbackUrl: string): Promise<URL> {
  return new URL((await beginSignIn(context, callbackUrl)).url());
}

test("Auth.js's own sign-in route leads to our origin, whatever the callbackUrl", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  for (const callbackUrl of evil) {
    await context.clearCookies({ name: /^authjs\./ });
    expect((await landing(context, callbackUrl)).origin, callbackUrl).toBe(stage.url);
  }
});

test("the sign-in page's form leads to our origin, whatever the callbackUrl", async ({
  context,
  stage,
}) => {
  for (const callbackUrl of evil) {
    const page = await (
      await visit(context, `/sign-in?callbackUrl=${encodeURIComponent(callbackUrl)}`)
    ).text();
    const [, value = "//"] = /name="callbackUrl" value="(\/[^"]*)"/.exec(page) ?? [];
    expect(new URL(value, stage.url).origin, callbackUrl).toBe(stage.url);
  }
});

test("a callback-url cookie that leads elsewhere is not followed", async ({ context, stage }) => {
  const signInPage = await beginSignIn(context, "/profile");
  await context.clearCookies({ name: "authjs.callback-url" });
  await context.addCookies([
    {
      name: "authjs.callback-url",
      value: encodeURIComponent("https://evil.example/x"),
      url: stage.url,
    },
  ]);
  const landed = await typePassword(context, signInPage, "bob");
  expect(new URL(landed.url()).origin).toBe(stage.url);
});

test("somebody who is signed in already is not led elsewhere by the sign-in page", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  for (const callbackUrl of evil) {
    const response = await visit(
      context,
      `/sign-in?callbackUrl=${encodeURIComponent(callbackUrl)}`,
      {
        maxRedirects: 0,
      },
    );
    expect(response.status()).toBe(307);
    const { location = "" } = response.headers();
    expect(new URL(location, stage.url).origin, callbackUrl).toBe(stage.url);
  }
});

test("a path with a query and a fragment is come back to as it is", async ({ page }) => {
  await page.goto(`/sign-in?callbackUrl=${encodeURIComponent("/profile?tab=a%20b&x=1#end")}`);
  await goToLogto(page);
  await page.getByRole("button", { name: /Bob Park/ }).click();
  await page.waitForURL(({ pathname }) => pathname === "/profile");
  expect(page.url()).toMatch(/\/profile\?tab=a%20b&x=1(#end)?$/);
});
