import type { Route } from "@playwright/test";
import { expect, signIn, signInByRequests, test } from "./stage";
import { userMenuButton } from "./steps";

test("the start page is the same static page for visitors and users", async ({
  app,
  context,
  playwright,
}) => {
  const request = await playwright.request.newContext({ baseURL: app.url });
  const visitor = await request.get("/");
  await signInByRequests(context, "alice");
  const signedIn = await context.request.get("/");
  expect(signedIn.status()).toBe(200);
  expect(signedIn.headers()["x-nextjs-cache"]).toBe("HIT");
  expect(await signedIn.text()).toBe(await visitor.text());
  await request.dispose();
});

test("the start page's header links visitors to the sign-in page", async ({ app, page }) => {
  await page.goto("/");
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${app.url}/sign-in`);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("the start page's header shows the signed-in user, and links to the user's pages", async ({
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

test("a user can sign out on the start page", async ({ page }) => {
  await signIn(page, "bob");
  await page.goto("/");
  await userMenuButton(page, "Bob Park").click();
  await page.locator("[popover]").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("banner").getByRole("link", { name: "Sign in" })).toBeVisible();
});

test("the start page shows the session that scripts can read, signed out and signed in", async ({
  page,
}) => {
  await page.goto("/");
  const session = page.getByRole("figure", { name: "GET /api/auth/session" });
  await expect(session.getByRole("code")).toHaveText("null");
  await signIn(page, "alice", { to: "/profile" });
  await page.goto("/");
  await expect(session).toContainText('"name": "Alice Kim"');
  await expect(session).not.toContainText(/token/i);
  await expect(page.getByRole("main").getByRole("link", { name: "Sign in" })).toHaveCount(0);
});

/** What the browser can get instead of the session. */
const failures: Record<string, (route: Route) => Promise<void>> = {
  "is aborted": (route) => route.abort(),
  "times out": (route) => route.fulfill({ status: 408 }),
  "exceeds a rate limit": (route) =>
    route.fulfill({ status: 429, json: { error: "too_many_requests" } }),
  "is rejected by a gateway": (route) => route.fulfill({ status: 403, json: null }),
  "meets an outage": (route) =>
    route.fulfill({ status: 503, json: { error: "database_unavailable" } }),
  "gets a proxy's page": (route) =>
    route.fulfill({ contentType: "text/html", body: "<h1>Hello</h1>" }),
  "gets an unrelated response": (route) => route.fulfill({ json: { error: "maintenance" } }),
};

for (const [what, fail] of Object.entries(failures)) {
  test(`a user whose session request ${what} is not shown as signed out, and the request is repeated`, async ({
    context,
    page,
  }) => {
    await signInByRequests(context, "alice");
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let requested = 0;
    await page.route("**/api/auth/session", async (route) => {
      requested += 1;
      if (requested === 1) return fail(route);
      await held;
      await route.continue();
    });
    await page.goto("/");
    await expect.poll(() => requested).toBe(2);
    await expect(page.getByRole("link", { name: "Sign in" })).toHaveCount(0);
    await expect(page.getByText("You are not signed in")).toHaveCount(0);
    release();
    await expect(userMenuButton(page, "Alice Kim")).toBeVisible();
  });
}

test("without JavaScript the start page links to the sign-in page", async ({ browser, app }) => {
  const page = await browser.newPage({ javaScriptEnabled: false, baseURL: app.url });
  await page.goto("/");
  await expect(page.getByRole("banner").getByRole("link", { name: "Sign in" })).toBeVisible();
  await expect(page.getByRole("main").getByRole("link", { name: "Sign in" })).toHaveCount(2);
  await page.close();
});
