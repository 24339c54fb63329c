import { cookiesOfRenewal } from "./storage";
import { isActive } from "./people";
import { expect, test } from "./proxied";
import {
  expireAccessToken,
  readSession,
  shortenSession,
  writtenSessionCookies,
} from "./session-cookie";
import { postAsApp, signInByRequests } from "./stage";

test.use({ storageState: { cookies: [], origins: [] } });

test("without a session the proxy returns 401 and forwards nothing", async ({ api, context }) => {
  const before = api.arrived.length;
  const response = await context.request.get("/api/proxy/items");
  expect(response.status()).toBe(401);
  expect(response.headers()["www-authenticate"]).toBe("Session");
  expect(await response.json()).toEqual({
    error: "signed_out",
    message: "You are signed out. Sign in to continue where you were.",
  });
  expect(api.arrived.slice(before)).toEqual([]);
});

test("parallel requests renew once, and the rotated refresh token is stored", async ({
  context,
  stage,
}) => {
  await stage.control.change({ rotation: "always", graceInterval: 0 });
  await signInByRequests(context, "alice");
  await expireAccessToken(context, stage);
  await stage.control.forgetRequests();
  const responses = await Promise.all(
    Array.from({ length: 4 }, () => context.request.get("/api/proxy/items")),
  );
  expect(responses.map((response) => response.status())).toEqual([200, 200, 200, 200]);
  const written = responses.map((response) => writtenSessionCookies(response).length);
  expect(new Set(written)).toEqual(new Set([cookiesOfRenewal(stage)]));
  // Without sessions in cookies the guard has renewed first, as middleware does elsewhere.
  const requests = stage.storage.sessions ? 2 : 1;
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(requests);
  const { refreshToken = "" } = await readSession(context, stage);
  expect(await isActive(stage.control, refreshToken)).toBe(true);
});

test(
  "requests through the proxy extend the session just as page loads do",
  { tag: "@jwt" },
  async ({ context, stage }) => {
    await signInByRequests(context, "alice");
    const twoDays = 2 * 24 * 60 * 60;
    await shortenSession(context, stage, twoDays);
    expect((await context.request.get("/api/proxy/items")).status()).toBe(200);
    const { exp } = await readSession(context, stage);
    expect(exp - Date.now() / 1000).toBeGreaterThan(3 * twoDays);
  },
);

test("after Logto ended the session, the proxy returns a 401 that says so", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  const { refreshToken = "" } = await readSession(context, stage);
  await postAsApp(stage.control, "token/revocation", { token: refreshToken });
  const response = await context.request.get("/api/proxy/items");
  expect(response.status()).toBe(401);
  expect(await response.json()).toMatchObject({ error: "session_ended" });
});

test("while Logto does not respond, the proxy returns 503 with Retry-After, and the user stays signed in", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  await stage.control.inject({ endpoint: "token", when: "before", kind: "status", status: 503 });
  const response = await context.request.get("/api/proxy/items");
  expect(response.status()).toBe(503);
  expect(response.headers()["retry-after"]).toBe("5");
  expect(await response.json()).toMatchObject({ error: "provider_unavailable" });
  expect((await context.request.get("/api/auth/check")).status()).toBe(200);
});

test(
  "forwards a write of the app's own page, but none that another site's page may have caused",
  { tag: "@jwt" },
  async ({ api, context, page }) => {
    await signInByRequests(context, "alice");
    const foreign: Record<string, string>[] = [
      { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
      { "sec-fetch-site": "same-site", origin: "http://sibling.localhost" },
      { "sec-fetch-site": "cross-site", origin: "null" },
      { origin: "https://evil.example" },
      { origin: "null" },
    ];
    const before = api.arrived.length;
    for (const headers of foreign) {
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        const response = await context.request.fetch("/api/proxy/items", { method, headers });
        expect([method, headers, response.status()]).toEqual([method, headers, 403]);
        expect(await response.json()).toMatchObject({ error: "cross_site" });
      }
    }
    expect(api.arrived.slice(before)).toEqual([]);

    await page.goto("/refused");
    const result = await page.evaluate(async () => {
      const response = await fetch("/api/proxy/items", { method: "PATCH", body: "from the page" });
      return [response.status, await response.text()];
    });
    expect(result).toEqual([200, '{"method":"PATCH","url":"/v1/items"}']);
    expect(api.arrived.at(-1)).toMatchObject({ method: "PATCH", body: "from the page" });
  },
);
