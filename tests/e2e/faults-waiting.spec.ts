import type { Fault } from "../../dev/identity/faults";
import { startIdentity } from "../../dev/identity/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { controlOf } from "./identity-control";
import { freePort, startApp } from "./servers";
import { expect, expectExplained, signInByRequests, test, visit } from "./stage";
import { expireAccessToken, readSession } from "./session-cookie";

type Fate = Pick<Fault, "when" | "kind"> & { delayMs?: number };

/**
 * What becomes of the first request for new tokens, and of the second one where that is not
 * answered at once either.
 */
const survived: Record<string, Fate[]> = {
  "its answer is lost": [{ when: "after", kind: "hang" }],
  "its answer is 2.5 s late": [{ when: "after", kind: "delay", delayMs: 2_500 }],
  "every answer is 4 s late": [
    { when: "after", kind: "delay", delayMs: 4_000 },
    { when: "after", kind: "delay", delayMs: 4_000 },
  ],
  "Logto acts on it after 4 s": [{ when: "before", kind: "delay", delayMs: 4_000 }],
  "the connection is dropped after Logto acted": [{ when: "after", kind: "drop" }],
  "it never arrives": [{ when: "before", kind: "hang" }],
};

for (const [what, fates] of Object.entries(survived)) {
  test(`a renewal lives through it when ${what}`, async ({ context, stage }) => {
    const { control } = stage;
    await control.change({ rotation: "always", graceInterval: 3 });
    await signInByRequests(context, "bob");
    const { version } = await expireAccessToken(context, stage);
    for (const fate of fates)
      await control.inject({ endpoint: "token", grant: "refresh_token", times: 1, ...fate });
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
    expect((await readSession(context, stage)).version).toBe(version + 1);
    // The token that came is good, whatever became of the other request.
    await expireAccessToken(context, stage);
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
    expect(stage.log()).not.toContain("session ended");
  });
}

test("a renewal is lost in one case: one request is stuck for seconds while the other one passes", async ({
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
  // Logto gets to see a token that it replaced 5.5 s before, and revokes the grant.
  await expectExplained(await visit(context, "/dashboard"), "Your session has ended");
});

/** What the app asks of Logto itself. */
const endpoints = ["discovery", "jwks", "token", "userinfo", "revocation"] as const;

for (const seconds of [2.5, 5]) {
  test(`with every answer of Logto ${seconds} s late one signs in, is renewed and stays signed in, from a cold start on`, async ({
    context,
    newStorage,
  }) => {
    test.setTimeout(180_000);
    const [port, storage] = [await freePort(), await newStorage()];
    const url = `http://localhost:${port}`;
    const identity = await startIdentity({ port: 0, control: true, clients: [appClient(url)] });
    const control = controlOf(identity.endpoint);
    await control.change({ rotation: "always", graceInterval: 3 });
    for (const endpoint of endpoints)
      await control.inject({ endpoint, when: "after", kind: "delay", delayMs: seconds * 1_000 });
    const variables = appVariables(identity.issuer);
    let app = await startApp(variables, { port, storage });
    try {
      expect((await context.request.get(`${url}/api/health/ready`)).status()).toBe(200);
      await signInByRequests(context, "bob", { origin: url });
      const renewed = async () => {
        const { version } = await expireAccessToken(context, app);
        // The process may have to say "try again" once.
        await expect(async () => {
          const page = await visit(context, `${url}/profile`, { maxRedirects: 0 });
          expect(page.status()).toBe(200);
          expect((await readSession(context, app)).version).toBe(version + 1);
          expect(await page.text()).not.toContain('role="alert"');
        }).toPass({ timeout: 60_000 });
      };
      await renewed();
      await renewed();

      // The first that a new process has to do is a renewal.
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
