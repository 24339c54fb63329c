import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { addPerson } from "../people";
import { expectSignInMessage, signInByRequests, signOutByRequest, visit } from "../requests";
import { expireAccessToken, readSession } from "../session-cookie";

const example = "/examples/client";
const handler = "**/api/examples/permission";
const session = "**/api/auth/session";
/** More than `refetchInterval`, in milliseconds. */
const aWhile = 61_000;

const permissions = (page: Page) =>
  page
    .getByRole("main")
    .locator("section")
    .getByText(/^(read|write)$/);
const focus = (page: Page) =>
  page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
const signedOut = (page: Page) => page.getByRole("status").getByText("You are signed out");

test("the page's HTML already has the session, or a link to sign in with its own return path", async ({
  context,
}) => {
  const signedOutPage = await (await visit(context, example)).text();
  expect(signedOutPage).toContain("You are signed out");
  expect(signedOutPage).toContain('href="/sign-in?callbackUrl=%2Fexamples%2Fclient"');
  await signInByRequests(context, "alice");
  const html = await (await visit(context, example)).text();
  expect(html).toContain("Signed in as Alice Kim");
  expect(html).not.toContain("You are signed out");
});

test("while requests fail, the page shows why, does not count the session as ended, and recovers", async ({
  context,
  page,
  stage,
}) => {
  await page.clock.install();
  await signInByRequests(context, "alice");
  const user = page.getByRole("heading", { name: "Signed in as Alice Kim" });
  const alert = page.getByRole("alert");
  const tryAgain = page.getByRole("button", { name: "Try again" });
  const expectPolling = async () => {
    const nextRequest = page.waitForRequest(session);
    await page.clock.fastForward(aWhile);
    await nextRequest;
  };

  await test.step("Logto does not respond", async () => {
    await stage.control.inject({ endpoint: "token", when: "before", kind: "status", status: 503 });
    await page.goto(example);
    await expect(alert.getByText("Logto does not respond")).toBeVisible();
    await stage.control.clearFaults();
    // The app sends no request to Logto for a second or two after a failure.
    await expect(async () => {
      await tryAgain.click();
      await expect(permissions(page)).toHaveText(["read", "write"], { timeout: 500 });
    }).toPass();
  });

  await test.step("the handler's data is loading, then fails to load, then is shown", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route(handler, async (route) => {
      await held;
      await route.abort();
    });
    await page.goto(example);
    await expect(user).toBeVisible();
    await expect(page.getByRole("status").getByText("Loading")).toHaveCount(1);
    release();
    await expect(alert.getByText("This site can't be reached")).toBeVisible();
    await page.unroute(handler);
    await tryAgain.click();
    await expect(permissions(page)).toHaveText(["read", "write"]);
    await expect(alert.filter({ hasText: "reached" })).toHaveCount(0);
  });

  await test.step("after an aborted request the page recovers on focus, and polls again", async () => {
    await page.route(session, (route) => route.abort());
    await page.clock.fastForward(aWhile);
    await expect(user).toHaveCount(0);
    await page.unrouteAll();
    await focus(page);
    await expect(user).toBeVisible();
    await expectPolling();
  });

  await test.step("after an outage of the database the page recovers at the next try, and polls again", async () => {
    const json = { error: "database_unavailable", message: "Try again." };
    for (const url of [session, handler])
      await page.route(url, (route) => route.fulfill({ status: 503, json }));
    await page.clock.fastForward(aWhile);
    await expect(alert.getByText("Our database does not respond")).toBeVisible();
    await expect(signedOut(page)).toHaveCount(0);
    await page.unrouteAll();
    await tryAgain.click();
    await expect(user).toBeVisible();
    await expect(permissions(page)).toHaveText(["read", "write"]);
    await expectPolling();
  });
});

test("a sign-out in another tab shows when this gets focus", async ({ context, page, stage }) => {
  const { username } = await addPerson(stage.control, { roles: ["editor"] });
  await signInByRequests(context, username);
  await page.goto(example);
  await expect(permissions(page)).toHaveText(["read", "write"]);
  await signOutByRequest(context);
  await focus(page);
  await expect(signedOut(page)).toBeVisible();
  await expect(permissions(page)).toHaveCount(0);
});

test("an open page keeps its session alive and shows its end", async ({ context, page, stage }) => {
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
