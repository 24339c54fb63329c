import type { BrowserContext } from "@playwright/test";
import { seedPassword } from "../../dev/identity/seed";
import { addPerson } from "./people";
import {
  beginSignIn,
  expect,
  expectExplained,
  expectSignedOut,
  postAsApp,
  signIn,
  signInByRequests,
  type Stage,
  test,
  visit,
} from "./stage";
import { expireAccessToken, putCookies, readSession, sessionCookies, sessionValue } from "./session-cookie";

/** Ends the grant of a browser's session at Logto, whose own session with the browser lives on, and ages the access token. */
async function endGrant(context: BrowserContext, stage: Stage): Promise<void> {
  const { refreshToken = "" } = await readSession(context, stage);
  const form = { token: refreshToken, token_type_hint: "refresh_token" };
  const response = await postAsApp(stage.control, "token/revocation", form);
  expect(response.status).toBe(200);
  // Afterwards: something that an open page prefetches would still be renewed.
  await expireAccessToken(context, stage);
}

test("a grant that ended at Logto is begun anew once, silently, and the same page comes back", async ({
  page,
  context,
  stage,
}) => {
  await signIn(page, "bob");
  const old = await readSession(context, stage);
  await endGrant(context, stage);
  const passed: string[] = [];
  page.on("request", (request) => {
    if (request.isNavigationRequest()) passed.push(new URL(request.url()).pathname);
  });
  await page.goto("/profile?tab=2");
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/profile?tab=2");
  await expect(page.getByRole("heading", { name: "Profile" })).toBeVisible();
  expect(passed.filter((path) => path === "/api/auth/resume")).toHaveLength(1);
  expect(passed).not.toContain("/sign-in");
  expect(passed.filter((path) => path.startsWith("/interaction/"))).toEqual([]);
  const resumed = await readSession(context, stage);
  expect(resumed.sid).not.toBe(old.sid);
  expect(resumed.sub).toBe(old.sub);
  expect(stage.log()).toMatch(/"msg":"session ended by Logto"/);
});

test("a click on a link finds the way to sign in again and back, too", async ({ page, context, stage }) => {
  await signIn(page, "bob");
  const old = await readSession(context, stage);
  await endGrant(context, stage);
  await page.getByRole("link", { name: "View profile" }).click();
  await expect(page.getByRole("heading", { name: "Profile" })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe("/profile");
  expect((await readSession(context, stage)).sid).not.toBe(old.sid);
});

test("without a session of Logto's own it leads to Logto's sign-in page, and from there back", async ({
  page,
  context,
  stage,
}) => {
  await signIn(page, "bob");
  await endGrant(context, stage);
  await stage.control.endSessions();
  await page.goto("/profile?tab=3");
  expect(new URL(page.url()).origin).toBe(stage.control.endpoint);
  await page.getByRole("button", { name: /Bob Park/ }).click();
  await page.waitForURL(`${stage.url}/profile?tab=3`);
});

test("a grant that ends again at once leads to the sign-in page, and not in a circle", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  await endGrant(context, stage);
  await visit(context, "/dashboard");
  await endGrant(context, stage);
  await stage.control.forgetRequests();
  const response = await visit(context, "/profile?tab=4");
  await expectExplained(response, "Your session has ended");
  expect(new URL(response.url()).searchParams.get("callbackUrl")).toBe("/profile?tab=4");
  expect((await stage.control.requests()).byEndpoint.authorization).toBeUndefined();
  expect(await sessionCookies(context)).toEqual([]);
});

test("a Logto that refuses every renewal makes no loop either", async ({ context, stage }) => {
  await stage.control.change({ accessTokenLifetime: 1 });
  await signInByRequests(context, "bob");
  await expireAccessToken(context, stage);
  const refusal = { kind: "status", status: 400, error: "invalid_grant" } as const;
  await stage.control.inject({ endpoint: "token", grant: "refresh_token", when: "before", ...refusal });
  await stage.control.forgetRequests();
  const first = await visit(context, "/dashboard");
  expect(first.status()).toBe(200);
  await expect
    .poll(async () => new URL((await visit(context, "/dashboard")).url()).pathname)
    .toBe("/sign-in");
  expect((await stage.control.requests()).byEndpoint.authorization).toBeLessThanOrEqual(2);
});

test("a user who was removed at Logto is sent to its sign-in page", async ({ context, stage }) => {
  const users = `${stage.control.endpoint}/control/users`;
  const body = JSON.stringify({ username: "dave", password: seedPassword });
  await fetch(users, { method: "POST", body });
  await signInByRequests(context, "dave");
  await expireAccessToken(context, stage);
  await fetch(`${users}/dave`, { method: "DELETE" });
  expect(new URL((await visit(context, "/dashboard")).url()).origin).toBe(stage.control.endpoint);
});

test("what is no navigation is told that the session has ended, and is sent nowhere", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  await endGrant(context, stage);
  const headers = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty", accept: "*/*" };
  for (const path of ["/dashboard", "/api/auth/check"]) {
    const response = await context.request.get(path, { headers });
    expect(response.status(), path).toBe(401);
    expect(response.headers()["content-type"]).toContain("application/json");
    expect(response.headers()["www-authenticate"]).toBeTruthy();
    expect(response.headers()["cache-control"]).toContain("no-store");
    expect(await response.json()).toMatchObject({ error: "session_ended" });
  }
  expect(await (await context.request.get("/api/auth/session")).json()).toBeNull();
  // It is what the next navigation goes by.
  expect(await sessionCookies(context)).not.toEqual([]);
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
  expect(new URL((await visit(context, "/dashboard")).url()).pathname).toBe("/dashboard");
});

test("after a sign-out nothing is resumed, not even with the old cookie", async ({
  page,
  context,
  stage,
}) => {
  await signIn(page, "bob");
  const held = await sessionValue(context);
  await page.getByRole("button", { name: "Sign out" }).first().click();
  await page.waitForURL((url) => url.origin === stage.url && url.pathname === "/");
  expect(await sessionCookies(context)).toEqual([]);
  const resumed = await visit(context, "/api/auth/resume?callbackUrl=/dashboard");
  expect(new URL(resumed.url()).pathname).toBe("/sign-in");

  await putCookies(context, stage.url, { "authjs.session-token": held });
  await stage.control.forgetRequests();
  const replayed = await visit(context, "/api/auth/resume?callbackUrl=/dashboard");
  expect(new URL(replayed.url()).pathname).toBe("/sign-in");
  await putCookies(context, stage.url, { "authjs.session-token": held });
  expect(new URL((await visit(context, "/dashboard")).url()).pathname).toBe("/sign-in");
  await expectSignedOut(context);
  expect((await stage.control.requests()).total).toBe(0);
});

test("a resume link from elsewhere does nothing to somebody who is signed in", async ({ context, stage }) => {
  await signInByRequests(context, "bob");
  const { sid } = await readSession(context, stage);
  await stage.control.forgetRequests();
  const response = await visit(context, "/api/auth/resume?callbackUrl=/profile", { maxRedirects: 0 });
  expect(response.headers().location).toBe("/profile");
  expect((await readSession(context, stage)).sid).toBe(sid);
  expect((await stage.control.requests()).byEndpoint.authorization).toBeUndefined();
});

test("a resume that Logto can't answer leaves nobody half signed in", async ({ context, stage }) => {
  await signInByRequests(context, "bob");
  await endGrant(context, stage);
  await stage.control.inject({ endpoint: "authorization", when: "before", kind: "status", status: 503 });
  expect((await visit(context, "/dashboard")).status()).toBe(503);
  await stage.control.clearFaults();
  expect(await sessionCookies(context)).toEqual([]);
  await expectSignedOut(context);
  expect(new URL((await beginSignIn(context, "/dashboard")).url()).pathname).toBe("/dashboard");
});

test("a suspended user has no session any more", async ({ context, stage }) => {
  const { id, username } = await addPerson(stage.control);
  await signInByRequests(context, username);
  await expireAccessToken(context, stage);
  await stage.control.changeUser(id, { suspended: true });
  expect((await context.request.get("/api/auth/check")).status()).toBe(401);
});
