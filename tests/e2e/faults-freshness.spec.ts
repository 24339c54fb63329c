import { cookiesOfRenewal } from "./modes";
import { expect, postAsApp, signIn, signInByRequests, test, visit } from "./stage";
import { expireAccessToken, readSession, writtenSessionCookies } from "./session-cookie";

const bob = "p7c4w1n6zr5b";

test("a role that was removed at Logto is gone after the next renewal, and not before", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  await stage.control.changeUser(bob, { roles: [] });
  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({
    user: { roles: ["editor"] },
  });
  await expireAccessToken(context, stage);
  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({ user: { roles: [] } });
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

test("the handler of the request that renews sees the new role, and so does /api/auth/session", async ({
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

for (const javaScriptEnabled of [true, false]) {
  test.describe(() => {
    test.use({ javaScriptEnabled });
    const title = `the action of the request that renews has the new tokens, JavaScript ${javaScriptEnabled ? "on" : "off"}`;
    test(title, { tag: "@jwt" }, async ({ page, context, stage }) => {
      await stage.control.change({ rotation: "always", graceInterval: 0 });
      await signIn(page, "bob");
      const old = await expireAccessToken(context, stage);
      await stage.control.forgetRequests();
      // Signing out revokes the refresh token. Only if it is the renewed one does that end the grant without a replay.
      await page.locator("main").getByRole("button", { name: "Sign out" }).click();
      await expect
        .poll(async () => (await stage.control.requests()).byEndpoint.revocation, { timeout: 5_000 })
        .toBe(1);
      expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
      await expect
        .poll(async () => (await context.cookies()).map(({ name }) => name))
        .not.toContain("authjs.session-token");
      const newest = (await stage.control.issued()).filter(({ kind }) => kind === "refresh_token").at(-1);
      expect(newest?.value).not.toBe(old.refreshToken);
      const form = { token: newest?.value ?? "" };
      const introspection = await postAsApp(stage.control, "token/introspection", form);
      expect(await introspection.json()).toEqual({ active: false });
      // Where Logto sends the browser on: closed on its way, it may never answer.
      if (javaScriptEnabled) await page.waitForURL((url) => url.pathname === "/");
    });
  });
}

test("a response whose session did not change writes no session cookie", async ({ context, stage }) => {
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

test("forty requests at once with one expiring cookie make one token request, and all succeed", async ({
  context,
  stage,
}) => {
  await stage.control.change({ rotation: "always", graceInterval: 0 });
  await signInByRequests(context, "bob");
  const old = await expireAccessToken(context, stage);
  await stage.control.forgetRequests();
  const paths = ["/dashboard", "/api/auth/check", "/api/auth/session", "/profile"];
  const responses = await Promise.all(
    Array.from({ length: 40 }, (_, index) => visit(context, paths[index % 4] ?? "/", { maxRedirects: 0 })),
  );
  expect(responses.map((response) => response.status())).toEqual(Array.from({ length: 40 }, () => 200));
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
  expect((await readSession(context, stage)).generation).toBe(old.generation + 1);
});
