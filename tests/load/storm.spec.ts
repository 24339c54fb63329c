import { expect, test } from "@playwright/test";
import process from "node:process";
import { startIdentity } from "../../dev/identity/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { controlOf } from "../e2e/identity-control";
import { freePort, startApp } from "../e2e/servers";
import { startRoundRobin } from "./round-robin";
import { allKinds, failuresOf } from "./requests";
import { atExpiry, sessionOf, signedIn } from "./sessions";

/** Small in `npm test`, full size in `npm run test:load`. */
const { requests, expiries } =
  process.env.STORM === "full" ? { requests: 200, expiries: 5 } : { requests: 60, expiries: 2 };
const secret = "a-secret-that-only-this-test-knows-of";

test("a storm of parallel requests at expiry renews once, loses nothing and signs nobody out", async () => {
  test.setTimeout(300_000);
  const proxy = await startRoundRobin({ port: await freePort(), maxDelay: 300 });
  const identity = await startIdentity({ port: 0, control: true, clients: [appClient(proxy.url)] });
  const app = await startApp({ ...appVariables(identity.issuer), AUTH_URL: proxy.url, AUTH_SECRET: secret });
  proxy.targets = [app.url];
  const control = controlOf(identity.endpoint);
  // The harshest that a provider can be: every refresh token is good for one use, and a second one ends the grant.
  await control.change({ rotation: "always", graceInterval: 0 });
  let client = await signedIn(proxy.url, "alice");
  const kinds = await allKinds(client);
  const refreshes = async () => (await control.requests()).byGrant.refresh_token ?? 0;
  const before = await refreshes();

  for (let expiry = 1; expiry <= expiries; expiry += 1) {
    client = await atExpiry(client, proxy.url, secret);
    expect(await failuresOf([client], requests, kinds), `failures at expiry ${expiry}`).toEqual([]);
    expect(await refreshes(), `token requests after expiry ${expiry}`).toBe(before + expiry);
  }

  const survivor = await atExpiry(client, proxy.url, secret);
  expect((await survivor.get("/api/auth/check")).ok()).toBe(true);
  expect((await sessionOf(survivor, secret)).expiresAt).toBeGreaterThan(Date.now() / 1000 + 3000);
  expect(app.log()).not.toContain("session ended");
  await survivor.dispose();
  await app.stop();
  await proxy.stop();
  await identity.close();
});
