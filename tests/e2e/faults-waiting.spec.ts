import type { Fault } from "../../packages/logto-stand-in/src/faults";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { controlOf } from "../../packages/logto-stand-in/src/testing";
import { freePort, startApp } from "./servers";
import { expect, expectSignInMessage, signInByRequests, test, visit } from "./stage";
import { expireAccessToken, readSession } from "./session-cookie";

type Fate = Pick<Fault, "when" | "kind"> & { delayMs?: number };

/** What happens to a renewal's first token request, and to its second if that is delayed too. */
const survived: Record<string, Fate[]> = {
  "its response is lost": [{ when: "after", kind: "hang" }],
  "its response is 2.5 s late": [{ when: "after", kind: "delay", delayMs: 2_500 }],
  "every response is 4 s late": [
    { when: "after", kind: "delay", delayMs: 4_000 },
    { when: "after", kind: "delay", delayMs: 4_000 },
  ],
  "Logto acts after 4 s": [{ when: "before", kind: "delay", delayMs: 4_000 }],
  "the connection is dropped after Logto acted": [{ when: "after", kind: "drop" }],
  "its request never arrives": [{ when: "before", kind: "hang" }],
};

for (const [what, fates] of Object.entries(survived)) {
  test(`a renewal succeeds when ${what}`, async ({ context, stage }) => {
    const { control } = stage;
    await control.change({ rotation: "always", graceInterval: 3 });
    await signInByRequests(context, "bob");
    const { version } = await expireAccessToken(context, stage);
    for (const fate of fates)
      await control.inject({ endpoint: "token", grant: "refresh_token", times: 1, ...fate });
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
    expect((await readSession(context, stage)).version).toBe(version + 1);
    // The new token works, whatever happened to the other request.
    await expireAccessToken(context, stage);
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
    expect(stage.log()).not.toContain("session ended");
  });
}

test("a renewal fails if one token request is stuck for seconds while the other one succeeds", async ({
  context,
  stage,
}) => {
  const { control } = stage;
  await control.change({ rotation: "always", graceInterval: 3 });
  await signInByRequests(context, "bob");
  await expireAccessToken(context, stage);
  const request = { endpoint: "token", grant: "refresh_token", kind: "delay", times: 1 } as const;
  await control.inject({ ...request, when: "after", delayMs: 9_000 });
  await control.inject({ ...request, when: "before", delayMs: 3_500 });
  // Logto receives a token that it replaced 5.5 s before, and revokes the grant.
  await expectSignInMessage(await visit(context, "/dashboard"), "Your session has ended");
});

/** The endpoints of Logto that the app itself calls. */
const endpoints = ["discovery", "jwks", "token", "userinfo", "revocation"] as const;

for (const seconds of [2.5, 5]) {
  test(`with every response of Logto ${seconds} s late, sign-in and renewals work from a cold start on`, async ({
    context,
    newStorage,
  }) => {
    test.setTimeout(180_000);
    const [port, storage] = [await freePort(), await newStorage()];
    const url = `http://localhost:${port}`;
    const identity = await startLogto({ port: 0, control: true, clients: [appClient(url)] });
    const control = controlOf(identity.endpoint);
    await control.change({ rotation: "always", graceInterval: 3 });
    for (const endpoint of endpoints)
      await control.inject({ endpoint, when: "after", kind: "delay", delayMs: seconds * 1_000 });
    const variables = appVariables(identity.issuer);
    let app = await startApp(variables, { port, storage });
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
      await renewed();

      // The first thing that the new process does is a renewal.
      const { secret } = app;
      await app.stop();
      app = await startApp({ ...variables, AUTH_SECRET: secret }, { port, storage });
      await renewed();
      await renewed();
      expect(app.log()).not.toContain("session ended");
    } finally {
      await app.stop();
      await identity.close();
      await storage.close();
    }
  });
}
