import { expect, test } from "@playwright/test";
import process from "node:process";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { controlOf } from "../../packages/logto-stand-in/src/testing";
import { freePort, startApp } from "../e2e/servers";
import { withRows } from "./cluster";
import { startRoundRobin } from "./round-robin";
import { kinds } from "./kinds";
import { failuresOf } from "./requests";
import { atExpiry, signedIn } from "./sessions";
import type { Site } from "./site";

/** Small in `npm test`, full size in `npm run test:load`. */
const { requests, expiries } =
  process.env.STORM === "full" ? { requests: 200, expiries: 5 } : { requests: 60, expiries: 2 };
const secret = "a-secret-that-only-this-test-knows-of";

async function withCookies(): Promise<Site> {
  const proxy = await startRoundRobin({ port: await freePort(), maxDelay: 300 });
  const identity = await startLogto({ port: 0, control: true, clients: [appClient(proxy.url)] });
  const app = await startApp({
    ...appVariables(identity.issuer),
    AUTH_URL: proxy.url,
    AUTH_SECRET: secret,
  });
  proxy.targets = [app.url];
  return {
    control: controlOf(identity.endpoint),
    expire: (client) => atExpiry(client, proxy.url, secret),
    signIn: () => signedIn(proxy.url, "alice"),
    log: () => app.log(),
    stop: async () => {
      await app.stop();
      await proxy.stop();
      await identity.close();
    },
  };
}

/**
 * How long Logto accepts a replaced refresh token, in seconds, and the delay of its responses, in
 * milliseconds.
 */
const logtos = {
  "with refresh tokens that are valid for one use, of which a second use ends the grant": {
    grace: 0,
    late: 0,
  },
  "with a grace interval of 3 s": { grace: 3, late: 0 },
  "with a grace interval of 3 s, every response 2.5 s late": { grace: 3, late: 2_500 },
};

/** By the store of the app. */
const sites = {
  cookie: withCookies,
  row: withRows,
};

for (const [store, start] of Object.entries(sites)) {
  for (const [how, { grace, late }] of Object.entries(logtos)) {
    test(`parallel requests at expiry renew once, and all keep the session: ${store} store, Logto ${how}`, async () => {
      test.setTimeout(300_000);
      const site = await start();
      const { control } = site;
      await control.change({ rotation: "always", graceInterval: grace });
      // All endpoints that the app itself requests.
      for (const endpoint of late
        ? (["discovery", "jwks", "token", "userinfo", "revocation"] as const)
        : [])
        await control.inject({ endpoint, when: "after", kind: "delay", delayMs: late });
      let client = await site.signIn();
      const refreshes = async () => (await control.requests()).byGrant.refresh_token ?? 0;

      let before = await refreshes();
      for (let expiry = 1; expiry <= expiries; expiry += 1) {
        client = await site.expire(client);
        expect(await failuresOf([client], requests, kinds), `failures at expiry ${expiry}`).toEqual(
          [],
        );
        // The app sends a second request when a response is late.
        await expect
          .poll(refreshes, { message: `token requests of expiry ${expiry}` })
          .toBe(before + (late ? 2 : 1));
        before = await refreshes();
      }

      const survivor = await site.expire(client);
      await control.clearFaults();
      expect((await survivor.get("/api/auth/check")).ok()).toBe(true);
      expect(site.log()).not.toContain("session ended");
      await survivor.dispose();
      await site.stop();
    });
  }
}
