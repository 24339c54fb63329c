import type { BrowserContext, Page } from "@playwright/test";
import type { Session } from "@/lib/session/model/session";
import { addPerson } from "./people";
import {
  expect,
  expectSignInMessage,
  expectSignedOut,
  postAsApp,
  signIn,
  signInByRequests,
  type Stage,
  test,
  visit,
} from "./stage";
import { expireAccessToken, readSession, sessionCookies } from "./session-cookie";

/**
 * Revokes the grant of a browser's session at Logto and makes its access token expire. Logto's own
 * session with the browser goes on.
 *
 * @returns the session
 */
async function revokeGrant(context: BrowserContext, stage: Stage): Promise<Session> {
  const session = await readSession(context, stage);
  const form = { token: session.refreshToken ?? "", token_type_hint: "refresh_token" };
  const response = await postAsApp(stage.control, "token/revocation", form);
  expect(response.status).toBe(200);
  // Only now: a prefetch of an open page could renew the session before the revocation.
  await expireAccessToken(context, stage);
  return session;
}

/** The page says why the session ended, and one click signs in again and opens `path`. */
async function expectOneClick(page: Page, stage: Stage, old: Session, path: string) {
  const message = page.getByRole("status").or(page.getByRole("alert")).first();
  await expect(message).toContainText("Your session has ended");
  // Logto's session with the browser goes on, so no password is needed.
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(stage.url + path);
  const begun = await readSession(page.context(), stage);
  expect(begun.sessionId).not.toBe(old.sessionId);
  expect(begun.subject).toBe(old.subject);
  expect(stage.log()).toMatch(/"msg":"session ended by Logto"/);
}

test("after its grant was revoked at Logto, a click on a link shows why the session ended, and one more opens the page", async ({
  page,
  context,
  stage,
}) => {
  await signIn(page, "bob");
  const old = await revokeGrant(context, stage);
  await page.getByRole("link", { name: "View profile" }).click();
  await expectOneClick(page, stage, old, "/profile");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test(
    "a session whose grant was revoked at Logto shows why it ended, and one click opens the page",
    { tag: "@once" },
    async ({ page, context, stage }) => {
      await signInByRequests(context, "bob");
      const old = await revokeGrant(context, stage);
      await page.goto("/profile?tab=2");
      await expectOneClick(page, stage, old, "/profile?tab=2");
    },
  );
});

test("the session of a user who was removed or suspended at Logto ends at its next renewal, without a loop", async ({
  context,
  stage,
}) => {
  const { control } = stage;
  const changes = {
    removed: (id: string) => control.removeUser(id),
    suspended: (id: string) => control.changeUser(id, { suspended: true }),
  };
  for (const [what, change] of Object.entries(changes))
    await test.step(what, async () => {
      const { id, username } = await addPerson(control);
      await context.clearCookies();
      await signInByRequests(context, username);
      await expireAccessToken(context, stage);
      await change(id);
      await control.forgetRequests();
      await expectSignInMessage(await visit(context, "/dashboard"), "Your session has ended");
      await expectSignedOut(context);
      const { byGrant, byEndpoint } = await control.requests();
      expect([byGrant.refresh_token, byEndpoint.authorization]).toEqual([1, undefined]);
    });
});

test("a fetch gets a 401 for an ended session, and no redirect; only a navigation removes its cookie", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  await revokeGrant(context, stage);
  const cookies = await sessionCookies(context);
  const headers = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty", accept: "*/*" };
  const isRow = Boolean(stage.storage.sessions);
  for (const path of isRow ? ["/api/auth/check"] : ["/dashboard", "/api/auth/check"]) {
    const response = await context.request.get(path, { headers });
    expect(response.status(), path).toBe(401);
    expect(response.headers()["content-type"]).toContain("application/json");
    expect(response.headers()["www-authenticate"]).toBeTruthy();
    expect(response.headers()["cache-control"]).toContain("no-store");
    expect(await response.json()).toMatchObject({ error: "session_ended" });
  }
  expect(await (await context.request.get("/api/auth/session")).json()).toBeNull();
  // A late response must not remove the cookie of a sign-in that completed in the meantime.
  expect(await sessionCookies(context)).toEqual(cookies);
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
  if (isRow) return;
  await visit(context, "/");
  expect(await sessionCookies(context)).toEqual([]);
});

test(
  "a suspended user is signed out, with the reason, by the first page that requests userinfo",
  { tag: "@once" },
  async ({ context, page, stage }) => {
    const { id, username } = await addPerson(stage.control);
    await signInByRequests(context, username);
    await stage.control.changeUser(id, { suspended: true });
    // The access token has an hour left.
    await page.goto("/profile");
    await expect(page.getByText("Your session has ended")).toBeVisible();
    expect(page.url()).toMatch(/\/sign-in\?.*callbackUrl=%2Fprofile$/);
  },
);

test("a suspended user is signed out without JavaScript, too, and a fetch gets a 401", async ({
  context,
  stage,
}) => {
  const { id, username } = await addPerson(stage.control);
  await signInByRequests(context, username);
  await stage.control.changeUser(id, { suspended: true });
  await stage.control.forgetRequests();
  // The page is already streaming when Logto responds, so a meta element redirects the browser.
  const html = await (await visit(context, "/profile")).text();
  expect(html).toMatch(
    /http-equiv="refresh" content="\d;url=\/sign-in\?error=SessionEnded&amp;callbackUrl=%2Fprofile"/,
  );
  const check = await context.request.get("/api/auth/check");
  expect(check.status()).toBe(401);
  expect(await check.json()).toMatchObject({ error: "session_ended" });
  await expectSignInMessage(await visit(context, "/dashboard"), "Your session has ended");
  const { byEndpoint, byGrant } = await stage.control.requests();
  expect([byEndpoint.userinfo, byGrant.refresh_token]).toEqual([1, 1]);
  expect(stage.log()).toMatch(/"msg":"userinfo rejected the access token"/);
  expect(stage.log()).toMatch(/"msg":"session ended by Logto"/);
});

test("an access token that Logto no longer accepts is replaced without the user noticing", async ({
  context,
  stage,
}) => {
  await stage.control.change({ rotation: "always", graceInterval: 0 });
  await signInByRequests(context, "alice");
  const { version } = await readSession(context, stage);
  const rejection = { kind: "status", status: 401, error: "invalid_token" } as const;
  await stage.control.inject({ endpoint: "userinfo", when: "before", times: 1, ...rejection });
  expect(await (await visit(context, "/profile")).text()).toContain("onboarded");
  // A page cannot set cookies: the response to the next request has the new tokens.
  await visit(context, "/dashboard");
  expect((await readSession(context, stage)).version).toBe(version + 1);
  await expireAccessToken(context, stage);
  expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
  expect(stage.log()).not.toContain("session ended");
});
