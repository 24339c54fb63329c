import { controlOf } from "../../packages/logto-stand-in/src/testing";
import { startPair } from "./servers";
import { expect, signInByRequests, test, visit } from "./stage";
import { expireAccessToken, readSession } from "./session-cookie";

// The unit tests of fetch-with-retry have every time at which a response can arrive.
for (const [what, fate, tag] of [
  ["the response is lost", { kind: "hang", times: 1 }, "@once"],
  // Those of both attempts.
  ["every response is 4 s late", { kind: "delay", delayMs: 4_000, times: 2 }, ""],
] as const)
  test(`a renewal succeeds when ${what}`, { tag: tag || [] }, async ({ context, stage }) => {
    const { control } = stage;
    await control.change({ rotation: "always", graceInterval: 3 });
    await signInByRequests(context, "bob");
    const { version } = await expireAccessToken(context, stage);
    await control.inject({ endpoint: "token", grant: "refresh_token", when: "after", ...fate });
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
    expect((await readSession(context, stage)).version).toBe(version + 1);
    // The new token works, whatever happened to the other request.
    await control.clearFaults();
    await expireAccessToken(context, stage);
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
    expect(stage.log()).not.toContain("session ended");
  });

/** The endpoints of Logto that the app itself calls. */
const endpoints = ["discovery", "jwks", "token", "userinfo", "revocation"] as const;

test(
  "with every response of Logto 5 s late, sign-in and renewals work from a cold start on",
  { tag: "@once" },
  async ({ context, newStorage }) => {
    test.setTimeout(180_000);
    const prepare = async ({ endpoint: logto }: { endpoint: string }) => {
      const control = controlOf(logto);
      await control.change({ rotation: "always", graceInterval: 3 });
      for (const endpoint of endpoints)
        await control.inject({ endpoint, when: "after", kind: "delay", delayMs: 5_000 });
    };
    const site = await startPair({}, await newStorage(), undefined, { prepare });
    let { app } = site;
    const { url } = app;
    try {
      // Asked until it is ready, as a load balancer does: the first query opens a connection.
      const readiness = async () => (await context.request.get(`${url}/api/health/ready`)).status();
      await expect.poll(readiness, { timeout: 60_000 }).toBe(200);
      await signInByRequests(context, "bob", { origin: url });
      const renewed = async () => {
        const { version } = await expireAccessToken(context, app);
        // The page may say "try again" the first time.
        await expect(async () => {
          const page = await visit(context, `${url}/profile`, { maxRedirects: 0 });
          expect(page.status()).toBe(200);
          expect((await readSession(context, app)).version).toBe(version + 1);
          expect(await page.text()).not.toContain('role="alert"');
        }).toPass({ timeout: 60_000 });
      };
      await renewed();

      // The first thing that the new process does is a renewal.
      app = await site.restart();
      await renewed();
      expect(app.log()).not.toContain("session ended");
    } finally {
      await site.stop();
    }
  },
);
