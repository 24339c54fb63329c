import type { BrowserContext } from "@playwright/test";
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
import {
  expireAccessToken,
  putCookies,
  readSession,
  sessionCookies,
  sessionValue,
} from "./session-cookie";

/**
 * Revokes the grant of a browser's session at Logto and makes its access token expire. Logto's own
 * session with the browser goes on.
 */
async function revokeGrant(context: BrowserContext, stage: Stage): Promise<void> {
  const { refreshToken = "" } = await readSession(context, stage);
  const form = { token: refreshToken, token_type_hint: "refresh_token" };
  const response = await postAsApp(stage.control, "token/revocation", form);
  expect(response.status).toBe(200);
  // Only now: a prefetch of an open page could renew the session before the revocation.
  await expireAccessToken(context, stage);
}

/** The return path of a sign-in page's address. */
const returnPath = (url: string) => new URL(url).searchParams.get("callbackUrl");

for (const javaScriptEnabled of [true, false]) {
  test.describe(() => {
    test.use({ javaScriptEnabled });
    test(`a session whose grant was revoked at Logto shows why it ended, and one click signs in to the same page, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
      page,
      context,
      stage,
    }) => {
      await signIn(page, "bob");
      const old = await readSession(context, stage);
      await revokeGrant(context, stage);
      await page.goto("/profile?tab=2");
      await expect(page.getByRole("status").or(page.getByRole("alert")).first()).toContainText(
        "Your session has ended",
      );
      // Logto's session with the browser goes on, so no password is needed.
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.waitForURL(`${stage.url}/profile?tab=2`);
      const begun = await readSession(context, stage);
      expect(begun.sessionId).not.toBe(old.sessionId);
      expect(begun.subject).toBe(old.subject);
      expect(stage.log()).toMatch(/"msg":"session ended by Logto"/);
    });
  });
}

test("a click on a link opens the sign-in page with the reason, too", async ({
  page,
  context,
  stage,
}) => {
  await signIn(page, "bob");
  await revokeGrant(context, stage);
  await page.getByRole("link", { name: "View profile" }).click();
  await expect(page.getByText("Your session has ended")).toBeVisible();
  expect(returnPath(page.url())).toBe("/profile");
});

test("a Logto that rejects every renewal causes no loop", async ({ context, stage }) => {
  await signInByRequests(context, "bob");
  await expireAccessToken(context, stage);
  const rejection = { kind: "status", status: 400, error: "invalid_grant" } as const;
  await stage.control.inject({
    endpoint: "token",
    grant: "refresh_token",
    when: "before",
    ...rejection,
  });
  await stage.control.forgetRequests();
  await expectSignInMessage(await visit(context, "/dashboard"), "Your session has ended");
  await visit(context, "/dashboard");
  const { byGrant, byEndpoint } = await stage.control.requests();
  expect(byGrant.refresh_token).toBe(1);
  expect(byEndpoint.authorization).toBeUndefined();
});

test("a user who was removed at Logto is signed out", async ({ context, stage }) => {
  const { id, username } = await addPerson(stage.control);
  await signInByRequests(context, username);
  await expireAccessToken(context, stage);
  await stage.control.removeUser(id);
  await expectSignInMessage(await visit(context, "/dashboard"), "Your session has ended");
  await expectSignedOut(context);
});

test("a fetch gets a 401 for an ended session, and no redirect", async ({ context, stage }) => {
  await signInByRequests(context, "bob");
  await revokeGrant(context, stage);
  const cookies = await sessionCookies(context);
  const headers = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty", accept: "*/*" };
  for (const path of stage.storage.sessions
    ? ["/api/auth/check"]
    : ["/dashboard", "/api/auth/check"]) {
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
});

test(
  "the next navigation removes the cookie of an ended session",
  { tag: "@jwt" },
  async ({ context, stage }) => {
    await signInByRequests(context, "bob");
    await revokeGrant(context, stage);
    await visit(context, "/");
    expect(await sessionCookies(context)).toEqual([]);
  },
);

test("after a sign-out the old cookie opens nothing and causes no request to Logto", async ({
  page,
  context,
  stage,
}) => {
  await signIn(page, "bob");
  const oldCookie = await sessionValue(context);
  await page.getByRole("button", { name: "Sign out" }).first().click();
  await page.waitForURL((url) => url.origin === stage.url && url.pathname === "/");
  expect(await sessionCookies(context)).toEqual([]);

  await putCookies(context, stage.url, { "authjs.session-token": oldCookie });
  await stage.control.forgetRequests();
  expect(new URL((await visit(context, "/dashboard")).url()).pathname).toBe("/sign-in");
  await expectSignedOut(context);
  expect((await stage.control.requests()).total).toBe(0);
});

test("the session of a suspended user ends at its next renewal", async ({ context, stage }) => {
  const { id, username } = await addPerson(stage.control);
  await signInByRequests(context, username);
  await expireAccessToken(context, stage);
  await stage.control.changeUser(id, { suspended: true });
  expect((await context.request.get("/api/auth/check")).status()).toBe(401);
});

test("a suspended user is signed out, with the reason, by the first page that requests userinfo", async ({
  context,
  page,
  stage,
}) => {
  const { id, username } = await addPerson(stage.control);
  await signInByRequests(context, username);
  await stage.control.changeUser(id, { suspended: true });
  // The access token has an hour left.
  await page.goto("/profile");
  await expect(page.getByText("Your session has ended")).toBeVisible();
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  expect(returnPath(page.url())).toBe("/profile");
  await expectSignedOut(context);
  expect(stage.log()).toMatch(/"msg":"userinfo rejected the access token"/);
  expect(stage.log()).toMatch(/"msg":"session ended by Logto"/);
});

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
