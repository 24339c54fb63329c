import { encode } from "next-auth/jwt";
import { isActive } from "./people";
import { expect, test } from "./proxied";
import { signInByRequests } from "./requests";
import {
  expireAccessToken,
  putCookies,
  readSession,
  writtenSessionCookies,
} from "./session-cookie";

const name = "authjs.session-token";

test("parallel requests renew once and store the new refresh token", async ({ context, stage }) => {
  await stage.control.change({ rotation: "always", graceInterval: 0 });
  await signInByRequests(context, "alice");
  await expireAccessToken(context, stage);
  await stage.control.forgetRequests();
  const responses = await Promise.all(
    Array.from({ length: 4 }, () => context.request.get("/api/proxy/items")),
  );
  for (const response of responses) {
    expect(response.status()).toBe(200);
    // Without sessions in cookies, the browser's one stays.
    expect(writtenSessionCookies(response)).toHaveLength(stage.storage.sessions ? 0 : 1);
  }
  // Without sessions in cookies the guard has renewed first, as middleware does elsewhere.
  const requests = stage.storage.sessions ? 2 : 1;
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(requests);
  const { refreshToken = "" } = await readSession(context, stage);
  expect(await isActive(stage.control, refreshToken)).toBe(true);
});

test("proxied requests extend the session", { tag: "@jwt" }, async ({ context, stage }) => {
  await signInByRequests(context, "alice");
  const twoDays = 2 * 24 * 60 * 60;
  const { version, ...token } = await readSession(context, stage);
  const older = { ...token, version: version + 1 };
  const value = await encode({ token: older, secret: stage.secret, salt: name, maxAge: twoDays });
  await putCookies(context, stage.url, { [name]: value });
  expect((await context.request.get("/api/proxy/items")).status()).toBe(200);
  const { exp } = await readSession(context, stage);
  expect(exp - Date.now() / 1000).toBeGreaterThan(3 * twoDays);
});

test(
  "forwards a write of the app's own page, but none that another site's page may have caused",
  { tag: "@jwt" },
  async ({ api, context, page }) => {
    await signInByRequests(context, "alice");
    const before = api.arrived.length;
    // The unit test of `isCrossOrigin` has more of them.
    const foreign: Record<string, string>[] = [
      { "sec-fetch-site": "same-site", origin: "http://sibling.localhost" },
      { origin: "null" },
    ];
    for (const headers of foreign)
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        const response = await context.request.fetch("/api/proxy/items", { method, headers });
        expect([method, headers, response.status()]).toEqual([method, headers, 403]);
        expect(await response.json()).toMatchObject({ error: "cross_site" });
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
