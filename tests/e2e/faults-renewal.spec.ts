import { expect, expectNothingSecret, signInByRequests, test, visit } from "./stage";
import {
  expireAccessToken,
  readSession,
  sessionValue,
  writtenSessionCookies,
} from "./session-cookie";

const renewal = { endpoint: "token", grant: "refresh_token" } as const;

// The unit tests of logto-client have every other way in which a request can fail.
test("a renewal whose connection is dropped after Logto acts succeeds with an immediate second attempt", async ({
  context,
  stage,
}) => {
  await stage.control.change({ rotation: "always", graceInterval: 3 });
  await signInByRequests(context, "bob");
  const old = await expireAccessToken(context, stage);
  await stage.control.forgetRequests();
  await stage.control.inject({ ...renewal, kind: "drop", when: "after", times: 1 });

  const page = await visit(context, "/dashboard", { maxRedirects: 0 });
  expect(page.status()).toBe(200);
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(2);
  const renewed = await readSession(context, stage);
  expect(renewed).toMatchObject({ sessionId: old.sessionId, version: old.version + 1 });
  expect(renewed.refreshToken).not.toBe(old.refreshToken);
  expect(renewed.accessToken).not.toBe(old.accessToken);
  expect(stage.log()).toMatch(/"msg":"session renewed"/);

  // The browser's new cookie works for the next renewal, too.
  await expireAccessToken(context, stage);
  await visit(context, "/dashboard");
  const next = await readSession(context, stage);
  expect(next.version).toBe(renewed.version + 2);
  expect(next.expiresAt).toBeGreaterThan(Date.now() / 1000);
});

test("renewals that fail every time do not sign the user out, leave the cookie as it is, and recover by themselves", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  const { version } = await expireAccessToken(context, stage);
  const cookie = await sessionValue(context);
  await stage.control.forgetRequests();
  await stage.control.inject({ ...renewal, kind: "status", status: 503, when: "before" });

  const during = await Promise.all(
    ["/dashboard", "/", "/api/auth/check", "/api/auth/session"].map((path) =>
      visit(context, path, { maxRedirects: 0 }),
    ),
  );
  for (const response of during) {
    expect(response.status(), response.url()).toBe(200);
    expect(writtenSessionCookies(response), response.url()).toEqual([]);
  }
  expect(await during[0]?.text()).toContain("Welcome, Bob Park");
  expect(await sessionValue(context)).toBe(cookie);
  expect(await readSession(context, stage)).toMatchObject({ version });
  // One attempt for all of them, and its immediate repetition.
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(2);
  expect(stage.log().match(/"code":"unavailable".*"msg":"session renewal failed"/g)).toHaveLength(
    1,
  );

  await stage.control.clearFaults();
  await expect
    .poll(async () => {
      expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
      return (await readSession(context, stage)).version;
    })
    .toBe(version + 1);
});

test(
  "the user does not notice an outage before the access token expires, and after that the page says to try again",
  { tag: "@once" },
  async ({ page, context, stage }) => {
    await signInByRequests(context, "alice");
    await expireAccessToken(context, stage, 30);
    await stage.control.inject({ ...renewal, when: "before", kind: "status", status: 503 });
    const before = await visit(context, "/profile", { maxRedirects: 0 });
    expect(before.status()).toBe(200);
    // Only the userinfo endpoint has this value: it still accepts the old access token.
    expect(await before.text()).toContain("onboarded");

    await expireAccessToken(context, stage);
    await page.goto("/profile");
    await expect(page.getByRole("alert").filter({ hasText: /again/i })).toBeVisible();
    await expect(page.getByRole("cell", { name: "Alice Kim" }).first()).toBeVisible();
    await expectNothingSecret(await page.content(), stage);

    await stage.control.clearFaults();
    await expect(async () => {
      await page.reload();
      await expect(page.getByText("onboarded").first()).toBeVisible({ timeout: 1_000 });
    }).toPass();
  },
);

test(
  "a wrong client secret at a renewal does not sign the user out, and is logged for the operator",
  { tag: "@once" },
  async ({ context, stage }) => {
    await signInByRequests(context, "bob");
    await expireAccessToken(context, stage);
    await stage.control.forgetRequests();
    const rejection = { kind: "status", status: 401, error: "invalid_client" } as const;
    await stage.control.inject({ ...renewal, ...rejection, when: "before" });
    for (let count = 0; count < 3; count += 1)
      expect((await context.request.get("/api/auth/check")).status()).toBe(200);
    expect(
      stage.log().match(/"code":"invalid_client".*"msg":"session renewal failed"/g),
    ).toHaveLength(1);
    expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
  },
);
