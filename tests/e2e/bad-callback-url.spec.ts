import type { BrowserContext } from "@playwright/test";
import { beginSignIn, expect, signInByRequests, test, typePassword, visit } from "./stage";
import { goToLogto } from "./steps";

// An address on another origin, and a URL that is no web address.
for (const callbackUrl of ["//evil.example", "javascript:alert(document.domain)"]) {
  test(`signing in from a link with callbackUrl=${callbackUrl} ends on our own dashboard`, async ({
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
    // As if the form had been tampered with: the server checks the value itself.
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
 * Where a sign-in through Auth.js's own route ends. Logto already has a session with the browser.
 */
async function landing(context: BrowserContext, callbackUrl: string): Promise<URL> {
  return new URL((await beginSignIn(context, callbackUrl)).url());
}

test("Auth.js's own sign-in route ends on our origin, whatever the callbackUrl", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  for (const callbackUrl of evil) {
    await context.clearCookies({ name: /^authjs\./ });
    expect((await landing(context, callbackUrl)).origin, callbackUrl).toBe(stage.url);
  }
});

test("the sign-in page's form has a return path on our origin, whatever the callbackUrl", async ({
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

test("a callback-url cookie for another origin is not followed", async ({ context, stage }) => {
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

test("the sign-in page does not redirect a signed-in user to another origin", async ({
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

test("a return path keeps its query and fragment", async ({ page }) => {
  await page.goto(`/sign-in?callbackUrl=${encodeURIComponent("/profile?tab=a%20b&x=1#end")}`);
  await goToLogto(page);
  await page.getByRole("button", { name: /Bob Park/ }).click();
  await page.waitForURL(({ pathname }) => pathname === "/profile");
  expect(page.url()).toMatch(/\/profile\?tab=a%20b&x=1(#end)?$/);
});
