import type { Route } from "@playwright/test";
import { expect, signIn, signInByRequests, test } from "./stage";
import { userMenuButton } from "./steps";

test("the start page is the same static page for everybody", async ({
  app,
  context,
  playwright,
}) => {
  const request = await playwright.request.newContext({ baseURL: app.url });
  const stranger = await request.get("/");
  await signInByRequests(context, "alice");
  const signedIn = await context.request.get("/");
  expect(signedIn.status()).toBe(200);
  expect(signedIn.headers()["x-nextjs-cache"]).toBe("HIT");
  expect(await signedIn.text()).toBe(await stranger.text());
  await request.dispose();
});

test("the start page's header leads whoever is signed out to sign in", async ({ app, page }) => {
  await page.goto("/");
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${app.url}/sign-in`);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("the start page's header shows who is signed in, and leads to their pages", async ({
  app,
  page,
}) => {
  await signIn(page, "alice");
  await page.goto("/");
  await expect(page.getByRole("banner").getByRole("link", { name: "Sign in" })).toHaveCount(0);
  await userMenuButton(page, "Alice Kim").click();
  await expect(page.locator("[popover]")).toContainText("alice@example.com");
  await page.locator("[popover]").getByRole("link", { name: "Profile" }).click();
  await expect(page).toHaveURL(`${app.url}/profile`);
});

test("the start page can be signed out from", async ({ page }) => {
  await signIn(page, "bob");
  await page.goto("/");
  await userMenuButton(page, "Bob Park").click();
  await page.locator("[popover]").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("banner").getByRole("link", { name: "Sign in" })).toBeVisible();
});

test("the start page shows what scripts can learn, signed out and signed in", async ({ page }) => {
  await page.goto("/");
  const answer = page.getByRole("figure", { name: "GET /api/auth/session" });
  await expect(answer.getByRole("code")).toHaveText("null");
  await signIn(page, "alice", { to: "/profile" });
  await page.goto("/");
  await expect(answer).toContainText('"name": "Alice Kim"');
  await expect(answer).not.toContainText(/token/i);
  await expect(page.getByRole("main").getByRole("link", { name: "Sign in" })).toHaveCount(0);
});

/** What can come in place of an answer about the session. */
const failures: Record<string, (route: Route) => Promise<void>> = {
  "is cut off": (route) => route.abort(),
  "takes too long": (route) => route.fulfill({ status: 408 }),
  "is one too many": (route) =>
    route.fulfill({ status: 429, json: { error: "too_many_requests" } }),
  "is refused by a gateway": (route) => route.fulfill({ status: 403, json: null }),
  "meets an outage": (route) =>
    route.fulfill({ status: 503, json: { error: "database_unavailable" } }),
  "ends on a proxy's page": (route) =>
    route.fulfill({ contentType: "text/html", body: "<h1>Hello</h1>" }),
  "has an answer of something else": (route) => route.fulfill({ json: { error: "maintenance" } }),
};

for (const [what, fail] of Object.entries(failures)) {
  test(`nobody is taken for signed out whose request for the session ${what}; it is sent again`, async ({
    context,
    page,
  }) => {
    await signInByRequests(context, "alice");
    let answer = () => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    let asked = 0;
    await page.route("**/api/auth/session", async (route) => {
      asked += 1;
      if (asked === 1) return fail(route);
      await held;
      await route.continue();
    });
    await page.goto("/");
    await expect.poll(() => asked).toBe(2);
    await expect(page.getByRole("link", { name: "Sign in" })).toHaveCount(0);
    await expect(page.getByText("You are not signed in")).toHaveCount(0);
    answer();
    await expect(userMenuButton(page, "Alice Kim")).toBeVisible();
  });
}

test("without JavaScript the start page leads to sign in", async ({ browser, app }) => {
  const page = await browser.newPage({ javaScriptEnabled: false, baseURL: app.url });
  await page.goto("/");
  await expect(page.getByRole("banner").getByRole("link", { name: "Sign in" })).toBeVisible();
  await expect(page.getByRole("main").getByRole("link", { name: "Sign in" })).toHaveCount(2);
  await page.close();
});
