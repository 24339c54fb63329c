import { cookiesOfRenewal } from "./storage";
import { expect, postAsApp, signIn, signInByRequests, test, visit } from "./stage";
import { expireAccessToken, readSession, writtenSessionCookies } from "./session-cookie";

const bob = "p7c4w1n6zr5b";

test("a role that was removed at Logto goes with the next renewal, not before", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  await stage.control.changeUser(bob, { roles: [] });
  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({
    user: { roles: ["editor"] },
  });
  await expireAccessToken(context, stage);
  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({
    user: { roles: [] },
  });
});

test("the page of the request that renews shows the new role", async ({ page, context, stage }) => {
  await signIn(page, "bob");
  await stage.control.changeUser(bob, { roles: ["auditor"] });
  await expireAccessToken(context, stage);
  await page.goto("/dashboard");
  await expect(page.getByText("auditor", { exact: true })).toBeVisible();
  await expect(page.getByText("editor", { exact: true })).toBeHidden();
  expect((await readSession(context, stage)).claims.roles).toEqual(["auditor"]);
});

test("the handler of the request that renews gets the new role, and so does /api/auth/session", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  await stage.control.changeUser(bob, { roles: ["auditor"] });
  for (const path of ["/api/auth/check", "/api/auth/session"]) {
    await expireAccessToken(context, stage);
    await stage.control.forgetRequests();
    const response = await context.request.get(path);
    expect(await response.json(), path).toMatchObject({ user: { roles: ["auditor"] } });
    expect(writtenSessionCookies(response), path).toHaveLength(cookiesOfRenewal(stage));
    expect(response.headers()["cache-control"], path).toMatch(/private.*no-store/);
    expect((await stage.control.requests()).byGrant.refresh_token, path).toBe(1);
  }
});

test(
  "signing out with an access token that is about to expire revokes the grant without a renewal",
  { tag: "@jwt" },
  async ({ page, context, stage }) => {
    await stage.control.change({ rotation: "always", graceInterval: 0 });
    await signIn(page, "bob");
    const { refreshToken = "" } = await expireAccessToken(context, stage);
    await stage.control.forgetRequests();
    await page.locator("main").getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(({ pathname }) => pathname === "/");
    const { byEndpoint, byGrant } = await stage.control.requests();
    expect([byEndpoint.revocation, byGrant.refresh_token]).toEqual([1, undefined]);
    const introspection = await postAsApp(stage.control, "token/introspection", {
      token: refreshToken,
    });
    expect(await introspection.json()).toEqual({ active: false });
  },
);

test("a response writes no session cookie if the session did not change", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  for (const path of [
    "/",
    "/dashboard",
    "/profile",
    "/sign-in",
    "/api/auth/session",
    "/api/auth/check",
    "/api/auth/csrf",
  ]) {
    const response = await visit(context, path, { maxRedirects: 0 });
    expect(writtenSessionCookies(response), path).toEqual([]);
  }
  expect((await stage.control.requests()).byGrant.refresh_token).toBeUndefined();
});

test("40 parallel requests with one expiring cookie cause one token request, and all succeed", async ({
  context,
  stage,
}) => {
  await stage.control.change({ rotation: "always", graceInterval: 0 });
  await signInByRequests(context, "bob");
  const old = await expireAccessToken(context, stage);
  await stage.control.forgetRequests();
  const paths = ["/dashboard", "/api/auth/check", "/api/auth/session", "/profile"];
  const responses = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      visit(context, paths[index % 4] ?? "/", { maxRedirects: 0 }),
    ),
  );
  expect(responses.map((response) => response.status())).toEqual(
    Array.from({ length: 40 }, () => 200),
  );
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
  expect((await readSession(context, stage)).version).toBe(old.version + 1);
});
