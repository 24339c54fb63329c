import type { Route } from "@playwright/test";
import { expect, signInByRequests, test } from "./stage";
import { userMenuButton } from "./steps";

test("the start page is the same static page for visitors and users", async ({ context }) => {
  const visitor = await context.request.get("/");
  await signInByRequests(context, "alice");
  const signedIn = await context.request.get("/");
  expect(signedIn.status()).toBe(200);
  expect(signedIn.headers()["x-nextjs-cache"]).toBe("HIT");
  expect(await signedIn.text()).toBe(await visitor.text());
});

test("the start page shows who is signed in, what scripts can read of the session, and where to go on", async ({
  app,
  page,
}) => {
  const session = page.getByRole("figure", { name: "GET /api/auth/session" });
  await test.step("signed out", async () => {
    await page.goto("/");
    await expect(session.getByRole("code")).toHaveText("null");
    await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
    await expect(page).toHaveURL(`${app.url}/sign-in`);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  });
  await test.step("signed in", async () => {
    await signInByRequests(page.context(), "bob");
    await page.goto("/");
    await expect(session).toContainText('"name": "Bob Park"');
    await expect(session).not.toContainText(/token/i);
    await expect(page.getByRole("link", { name: "Sign in" })).toHaveCount(0);
    await userMenuButton(page, "Bob Park").click();
    await expect(page.locator("[popover]")).toContainText("bob@example.com");
    await page.locator("[popover]").getByRole("link", { name: "Profile" }).click();
    await expect(page).toHaveURL(`${app.url}/profile`);
  });
  await test.step("after signing out here", async () => {
    await page.goto("/");
    await userMenuButton(page, "Bob Park").click();
    await page.locator("[popover]").getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByRole("banner").getByRole("link", { name: "Sign in" })).toBeVisible();
  });
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

test("a user whose session request fails is not shown as signed out, and the request is repeated", async ({
  context,
  page,
}) => {
  await page.clock.install();
  await signInByRequests(context, "alice");
  const all = Object.entries(failures);
  const requests: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/auth/session", async (route) => {
    const [what, fail] = all[requests.length] ?? ["succeeds"];
    requests.push(what);
    if (fail) return fail(route);
    await held;
    await route.continue();
  });
  await page.goto("/");
  await expect(async () => {
    // More than the longest delay between two requests.
    await page.clock.fastForward(61_000);
    expect(requests).toEqual([...Object.keys(failures), "succeeds"]);
  }).toPass({ intervals: [50], timeout: 20_000 });
  await expect(page.getByRole("link", { name: "Sign in" })).toHaveCount(0);
  await expect(page.getByText("You are not signed in")).toHaveCount(0);
  release();
  await expect(userMenuButton(page, "Alice Kim")).toBeVisible();
});
