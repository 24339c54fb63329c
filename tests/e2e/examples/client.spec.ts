import type { Page } from "@playwright/test";
import { addPerson } from "../people";
import { expireAccessToken, readSession } from "../session-cookie";
import { expect, expectSignInMessage, signInByRequests, test, visit } from "../stage";
import { signOut } from "../steps";

const example = "/examples/client";
const handler = "**/api/examples/permission";
/** More than `refetchInterval`, in milliseconds. */
const aWhile = 61_000;

const permissions = (page: Page) =>
  page
    .getByRole("main")
    .locator("section")
    .getByText(/^(read|write)$/);
const signedOut = (page: Page) => page.getByRole("status").getByText("You are signed out");

test("the page's HTML already has the session", async ({ context }) => {
  expect(await (await visit(context, example)).text()).toContain("You are signed out");
  await signInByRequests(context, "alice");
  const html = await (await visit(context, example)).text();
  expect(html).toContain("Signed in as Alice Kim");
  expect(html).not.toContain("You are signed out");
});

test("signed out, the page links to sign in with its own return path", async ({ page, stage }) => {
  await page.goto(example);
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${stage.url}/sign-in?callbackUrl=%2Fexamples%2Fclient`);
});

test("the handler's data is loading, then fails to load, then is shown", async ({
  context,
  page,
}) => {
  await signInByRequests(context, "alice");
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(handler, async (route) => {
    await held;
    await route.abort();
  });
  await page.goto(example);
  await expect(page.getByRole("heading", { name: "Signed in as Alice Kim" })).toBeVisible();
  await expect(page.getByRole("status").getByText("Loading")).toHaveCount(1);
  release();
  await expect(page.getByRole("alert").getByText("This site can't be reached")).toBeVisible();
  await page.unroute(handler);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(permissions(page)).toHaveText(["read", "write"]);
  await expect(page.getByRole("alert").filter({ hasText: "reached" })).toHaveCount(0);
});

test("a user without the permission sees the handler's error", async ({ context, page }) => {
  await signInByRequests(context, "carol");
  await page.goto(example);
  await expect(page.getByRole("heading", { name: "Signed in as carol" })).toBeVisible();
  await expect(page.getByRole("alert").getByText("You don't have access to this")).toBeVisible();
  await expect(permissions(page)).toHaveCount(0);
});

test("while Logto does not respond the page shows an error, and the user stays signed in", async ({
  context,
  page,
  stage,
}) => {
  await signInByRequests(context, "alice");
  await stage.control.inject({ endpoint: "token", when: "before", kind: "status", status: 503 });
  await page.goto(example);
  await expect(page.getByRole("alert").getByText("Logto does not respond")).toBeVisible();
  await stage.control.clearFaults();
  // The app sends no request to Logto for a second or two after a failure.
  await expect(async () => {
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(permissions(page)).toHaveText(["read", "write"], { timeout: 500 });
  }).toPass();
});

test("a session that can't be loaded does not count as ended", async ({ context, page }) => {
  await page.clock.install();
  await signInByRequests(context, "alice");
  await page.goto(example);
  await expect(permissions(page)).toHaveText(["read", "write"]);
  const unavailable = {
    status: 503,
    json: { error: "database_unavailable", message: "Try again." },
  };
  for (const url of ["**/api/auth/session", handler])
    await page.route(url, (route) => route.fulfill(unavailable));
  await page.clock.fastForward(aWhile);
  await expect(page.getByRole("alert").getByText("Our database does not respond")).toBeVisible();
  await expect(signedOut(page)).toHaveCount(0);
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "Signed in as Alice Kim" })).toBeVisible();
  await expect(permissions(page)).toHaveText(["read", "write"]);
});

test("after a failed request the page recovers on focus, and polls again", async ({
  context,
  page,
}) => {
  await page.clock.install();
  await signInByRequests(context, "alice");
  await page.goto(example);
  const user = page.getByRole("heading", { name: "Signed in as Alice Kim" });
  await expect(user).toBeVisible();
  // The server renders the heading. The permissions show that React runs, and with it the polling.
  await expect(permissions(page)).toHaveText(["read", "write"]);
  await page.route("**/api/auth/session", (route) => route.abort());
  await page.clock.fastForward(aWhile);
  await expect(user).toHaveCount(0);
  await page.unrouteAll();
  const focus = () => page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await focus();
  await expect(user).toBeVisible();
  const nextRequest = page.waitForRequest("**/api/auth/session");
  await page.clock.fastForward(aWhile);
  await nextRequest;
});

test("a sign-out in another tab shows as soon as this tab gets the focus", async ({
  context,
  page,
  stage,
}) => {
  const { username } = await addPerson(stage.control, { roles: ["editor"] });
  await signInByRequests(context, username);
  await page.goto(example);
  await expect(permissions(page)).toHaveText(["read", "write"]);
  const other = await context.newPage();
  await other.goto("/dashboard");
  await signOut(other);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect(signedOut(page)).toBeVisible();
  await expect(permissions(page)).toHaveCount(0);
});

test("an open page keeps its session alive, and shows when it has ended", async ({
  context,
  page,
  stage,
}) => {
  const { id, username } = await addPerson(stage.control, { roles: ["editor"] });
  await page.clock.install();
  await signInByRequests(context, username);
  await page.goto(example);
  await expect(permissions(page)).toHaveText(["read", "write"]);
  const { version } = await expireAccessToken(context, stage);
  await page.clock.fastForward(aWhile);
  await expect
    .poll(async () => (await readSession(context, stage)).version)
    .toBeGreaterThan(version);
  await expect(permissions(page)).toHaveText(["read", "write"]);

  await expireAccessToken(context, stage);
  await stage.control.changeUser(id, { suspended: true });
  await page.clock.fastForward(aWhile);
  await expect(signedOut(page)).toBeVisible();
  await expect(permissions(page)).toHaveCount(0);
});

test("useSession({ required: true }) opens our own sign-in page, with the return path", async ({
  context,
  stage,
}) => {
  // The address that next-auth/react opens.
  const callbackUrl = `${stage.url}${example}?tab=2`;
  const query = new URLSearchParams({ error: "SessionRequired", callbackUrl });
  const response = await visit(context, `/api/auth/signin?${query.toString()}`);
  const html = await expectSignInMessage(response, "That page is for signed-in people");
  expect(html).toMatch(/name="callbackUrl" value="\/examples\/client\?tab=2"/);
});
