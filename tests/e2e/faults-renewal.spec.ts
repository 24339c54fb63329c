import type { StandInControl } from "../../packages/logto-stand-in/src/testing";
import { expect, test } from "./fixtures";
import { refreshTokensOf } from "./people";
import { signInByRequests, visit } from "./requests";
import {
  expireAccessToken,
  readSession,
  sessionValue,
  writtenSessionCookies,
} from "./session-cookie";

const renewal = { endpoint: "token", grant: "refresh_token" } as const;

// The unit tests of logto-client and fetch-with-retry have every other way in which a request can
// fail, and every time at which a response can arrive.
test("a renewal whose response is dropped is repeated and succeeds", async ({ context, stage }) => {
  const { control } = stage;
  await control.change({ rotation: "always", graceInterval: 3 });
  await signInByRequests(context, "bob");
  const old = await expireAccessToken(context, stage);
  await control.forgetRequests();
  await control.inject({ ...renewal, when: "after", kind: "drop", times: 1 });

  expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
  expect((await control.requests()).byGrant.refresh_token).toBe(2);
  const renewed = await readSession(context, stage);
  expect(renewed).toMatchObject({ sessionId: old.sessionId, version: old.version + 1 });
  expect(renewed.refreshToken).not.toBe(old.refreshToken);

  // The browser's new cookie works for the next renewal, too, whatever happened to the other
  // request.
  await control.clearFaults();
  await expireAccessToken(context, stage);
  expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
  expect((await readSession(context, stage)).version).toBe(renewed.version + 2);
  expect(stage.log()).not.toContain("session ended");
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

test("Logto's clock may be 30 s ahead or behind", { tag: "@once" }, async ({ context, stage }) => {
  for (const clockSkew of [30, -30])
    await test.step(`${clockSkew} s`, async () => {
      await context.clearCookies();
      await stage.control.change({ clockSkew, rotation: "always" });
      await signInByRequests(context, "alice");
      const begun = await expireAccessToken(context, stage);
      expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
      const renewed = await readSession(context, stage);
      expect(renewed.version).toBe(begun.version + 1);
      // Counted by our own clock, not by Logto's.
      expect(Math.abs((renewed.expiresAt ?? 0) - (Date.now() / 1000 + 3600))).toBeLessThan(10);
      expect(stage.log()).not.toMatch(/failed|ended/);
    });
});

test("what changed at Logto shows from the request that renews on", async ({ context, stage }) => {
  await signInByRequests(context, "bob");
  const { subject } = await readSession(context, stage);
  const changeRole = (role: string) => stage.control.changeUser(subject, { roles: [role] });
  await changeRole("auditor");
  expect(await (await context.request.get("/api/auth/check")).text()).toContain("editor");
  for (const path of ["/api/auth/check", "/api/auth/session", "/dashboard"]) {
    const role = `role-for-${path.replaceAll("/", "-")}`;
    await changeRole(role);
    await expireAccessToken(context, stage);
    await stage.control.forgetRequests();
    const response = await context.request.get(path);
    expect(await response.text(), path).toContain(role);
    if (path.startsWith("/api/"))
      expect(response.headers()["cache-control"], path).toMatch(/private.*no-store/);
    expect((await stage.control.requests()).byGrant.refresh_token, path).toBe(1);
  }
});

test("40 parallel requests at expiry renew once, and all succeed", async ({ context, stage }) => {
  await stage.control.change({ rotation: "always", graceInterval: 0 });
  await signInByRequests(context, "bob");
  const old = await expireAccessToken(context, stage);
  await stage.control.forgetRequests();
  const paths = ["/dashboard", "/api/auth/check", "/api/auth/session", "/api/token-info"];
  const responses = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      visit(context, paths[index % 4] ?? "/", { maxRedirects: 0 }),
    ),
  );
  for (const response of responses) expect(response.status(), response.url()).toBe(200);
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
  const { subject, version, refreshToken } = await readSession(context, stage);
  expect(version).toBe(old.version + 1);
  expect(refreshToken).toBe((await refreshTokensOf(stage.control, { id: subject })).at(-1));
});

/** The endpoints of Logto that the app itself calls. */
const endpoints = ["discovery", "jwks", "token", "userinfo", "revocation"] as const;

test("every response of Logto may be 5 s late", { tag: "@once" }, async ({ context, startOwn }) => {
  test.setTimeout(180_000);
  const prepare = async (control: StandInControl) => {
    await control.change({ rotation: "always", graceInterval: 3 });
    for (const endpoint of endpoints)
      await control.inject({ endpoint, when: "after", kind: "delay", delayMs: 5_000 });
  };
  const site = await startOwn({}, { prepare });
  const { url } = site.app;
  const renewed = async () => {
    const { version } = await expireAccessToken(context, site.app);
    // The page may say "try again" the first time.
    await expect(async () => {
      const page = await visit(context, `${url}/profile`, { maxRedirects: 0 });
      expect(page.status()).toBe(200);
      expect((await readSession(context, site.app)).version).toBe(version + 1);
      expect(await page.text()).not.toContain('role="alert"');
    }).toPass({ timeout: 60_000 });
  };
  // Asked until it is ready, as a load balancer does: the first query opens a connection.
  const readiness = async () => (await context.request.get(`${url}/api/health/ready`)).status();
  await expect.poll(readiness, { timeout: 60_000 }).toBe(200);
  await signInByRequests(context, "bob", { origin: url });
  await renewed();

  // The first thing that the new process does is a renewal.
  const app = await site.restart();
  await renewed();
  expect(app.log()).not.toContain("session ended");
});
