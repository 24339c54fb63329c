import { expect, test } from "./fixtures";
import { addPerson, revokeGrant } from "./people";
import { signIn, signInByRequests, visit } from "./requests";
import { expireAccessToken, readSession } from "./session-cookie";

test("after its grant was revoked at Logto, a click on a link shows why the session ended, and one more opens the page", async ({
  page,
  context,
  stage,
}) => {
  await signIn(page, "bob");
  const old = await revokeGrant(context, stage);
  // Only now: a prefetch of an open page could renew the session before the revocation.
  await expireAccessToken(context, stage);
  await page.getByRole("link", { name: "View profile" }).click();
  const message = page.getByRole("status").or(page.getByRole("alert")).first();
  await expect(message).toContainText("Your session has ended");
  // Logto's session with the browser goes on, so no password is needed.
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL("/profile");
  const begun = await readSession(context, stage);
  expect(begun.sessionId).not.toBe(old.sessionId);
  expect(begun.subject).toBe(old.subject);
  expect(stage.log()).toMatch(/"msg":"session ended by Logto"/);
});

test("a suspended user is signed out by the first page that requests userinfo, with or without JavaScript, and a fetch gets a 401", async ({
  context,
  page,
  stage,
}) => {
  const { id, username } = await addPerson(stage.control);
  await signInByRequests(context, username);
  await stage.control.changeUser(id, { suspended: true });
  await stage.control.forgetRequests();
  // The access token has an hour left. The page is already streaming when Logto responds, so a meta
  // element redirects a browser without JavaScript.
  const html = await (await visit(context, "/profile")).text();
  expect(html).toMatch(
    /http-equiv="refresh" content="\d;url=\/sign-in\?error=SessionEnded&amp;callbackUrl=%2Fprofile"/,
  );
  const check = await context.request.get("/api/auth/check");
  expect(check.status()).toBe(401);
  expect(await check.json()).toMatchObject({ error: "session_ended" });
  const { byEndpoint, byGrant } = await stage.control.requests();
  expect([byEndpoint.userinfo, byGrant.refresh_token]).toEqual([1, 1]);
  expect(stage.log()).toMatch(/"msg":"userinfo rejected the access token"/);
  expect(stage.log()).toMatch(/"msg":"session ended by Logto"/);

  await page.goto("/profile");
  await expect(page.getByText("Your session has ended")).toBeVisible();
  expect(page.url()).toMatch(/\/sign-in\?.*callbackUrl=%2Fprofile$/);
});
