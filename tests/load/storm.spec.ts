import { expect, test } from "@playwright/test";
import process from "node:process";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { controlOf } from "../../packages/logto-stand-in/src/testing";
import { freePort, startApp } from "../e2e/servers";
import { startRoundRobin } from "./round-robin";
import { kinds } from "./kinds";
import { failuresOf } from "./requests";
import { atExpiry, signedIn } from "./sessions";

/** Small in `npm test`, full size in `npm run test:load`. */
const { requests, expiries } =
  process.env.STORM === "full" ? { requests: 200, expiries: 5 } : { requests: 60, expiries: 2 };
const secret = "a-secret-that-only-this-test-knows-of";

/**
 * How long Logto accepts a replaced refresh token, in seconds, and the delay of its responses, in
 * milliseconds.
 */
const logtos = {
  "with refresh tokens that are valid for one use, of which a second use ends the grant": {
    grace: 0,
    late: 0,
  },
  "with a grace interval of 3 s, every response 2.5 s late": { grace: 3, late: 2_500 },
};

// The sessions are in cookies.
for (const [how, { grace, late }] of Object.entries(logtos)) {
  test(`parallel requests at expiry renew once, and all keep the session: Logto ${how}`, async () => {
    test.setTimeout(300_000);
    const proxy = await startRoundRobin({ port: await freePort(), maxDelay: 300 });
    const { url } = proxy;
    const identity = await startLogto({ port: 0, control: true, clients: [appClient(url)] });
    const app = await startApp({
      ...appVariables(identity.issuer),
      AUTH_URL: url,
      AUTH_SECRET: secret,
    });
    proxy.targets = [app.url];
    const control = controlOf(identity.endpoint);
    await control.change({ rotation: "always", graceInterval: grace });
    // All endpoints that the app itself requests.
    for (const endpoint of late
      ? (["discovery", "jwks", "token", "userinfo", "revocation"] as const)
      : [])
      await control.inject({ endpoint, when: "after", kind: "delay", delayMs: late });
    let client = await signedIn(url, "alice");
    const refreshes = async () => (await control.requests()).byGrant.refresh_token ?? 0;

    let before = await refreshes();
    for (let expiry = 1; expiry <= expiries; expiry += 1) {
      client = await atExpiry(client, url, secret);
      expect(await failuresOf([client], requests, kinds), `failures at expiry ${expiry}`).toEqual(
        [],
      );
      // The app sends a second request when a response is late.
      await expect
        .poll(refreshes, { message: `token requests of expiry ${expiry}` })
        .toBe(before + (late ? 2 : 1));
      before = await refreshes();
    }

    const survivor = await atExpiry(client, url, secret);
    await control.clearFaults();
    expect((await survivor.get("/api/auth/check")).ok()).toBe(true);
    expect(app.log()).not.toContain("session ended");
    await survivor.dispose();
    await app.stop();
    await proxy.stop();
    await identity.close();
  });
}
