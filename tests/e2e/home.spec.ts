import type { Route } from "@playwright/test";
import { expect, test } from "./fixtures";
import { signInByRequests } from "./requests";
import { openUserMenu, userMenuButton } from "./steps";

test("the start page is the same static page for visitors and users", async ({ context }) => {
  const visitor = await context.request.get("/");
  await signInByRequests(context, "alice");
  const signedIn = await context.request.get("/");
  expect(signedIn.status()).toBe(200);
  expect(signedIn.headers()["x-nextjs-cache"]).toBe("HIT");
  expect(await signedIn.text()).toBe(await visitor.text());
});

test("the start page shows who is signed in, what scripts can read of the session, and where to go on", async ({
  page,
}) => {
  const session = page.getByRole("figure", { name: "GET /api/auth/session" });
  const signIn = page.getByRole("banner").getByRole("link", { name: "Sign in" });
  await page.goto("/");
  await expect(session.getByRole("code")).toHaveText("null");
  await signIn.click();
  await expect(page).toHaveURL("/sign-in");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();

  await signInByRequests(page.context(), "bob");
  await page.goto("/");
  await expect(session).toContainText('"name": "Bob Park"');
  await expect(session).not.toContainText(/token/i);
  await expect(page.getByRole("link", { name: "Sign in" })).toHaveCount(0);
  const menu = await openUserMenu(page);
  await expect(menu).toContainText("bob@example.com");
  await menu.getByRole("button", { name: "Sign out" }).click();
  await expect(signIn).toBeVisible();
});

/** What the browser can get instead of the session. */
const failures: Record<string, (route: Route) => Promise<void>> = {
  "no response": (route) => route.abort(),
  "a gateway's error": (route) => route.fulfill({ status: 403, json: null }),
  "an outage": (route) => route.fulfill({ status: 503, json: { error: "database_unavailable" } }),
  "a proxy's page": (route) => route.fulfill({ contentType: "text/html", body: "<h1>Hello</h1>" }),
  "an unrelated response": (route) => route.fulfill({ json: { error: "maintenance" } }),
};

test("a user whose session request fails is not shown as signed out, and the request is repeated", async ({
  context,
  page,
}) => {
  await page.clock.install();
  await signInByRequests(context, "alice");
  const all = Object.entries(failures);
  const responses: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/auth/session", async (route) => {
    const [what, fail] = all[responses.length] ?? ["the session"];
    responses.push(what);
    if (fail) return fail(route);
    await held;
    await route.continue();
  });
  await page.goto("/");
  await expect(async () => {
    // More than the longest delay between two requests.
    await page.clock.fastForward(61_000);
    expect(responses).toEqual([...Object.keys(failures), "the session"]);
  }).toPass({ intervals: [50], timeout: 20_000 });
  await expect(page.getByRole("link", { name: "Sign in" })).toHaveCount(0);
  await expect(page.getByText("You are not signed in")).toHaveCount(0);
  release();
  await expect(userMenuButton(page, "Alice Kim")).toBeVisible();
});
