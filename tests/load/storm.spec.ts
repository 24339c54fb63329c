import { expect, test } from "@playwright/test";
import process from "node:process";
import { startIdentity } from "../../dev/identity/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { controlOf } from "../e2e/identity-control";
import { freePort, startApp } from "../e2e/servers";
import { atExpiry, sessionOf, signedIn, type Client } from "./sessions";
import { startSlowProxy } from "./slow-proxy";

/** Small in `npm test`, full size in `npm run test:load`. */
const { requests, expiries } =
  process.env.STORM === "full" ? { requests: 200, expiries: 5 } : { requests: 60, expiries: 2 };
const secret = "a-secret-that-only-this-test-knows-of";

/** Every kind of request that needs the session, each telling whether it had one. */
const kinds: ((client: Client) => Promise<boolean>)[] = [
  async (client) => (await client.get("/dashboard", { maxRedirects: 0 })).ok(),
  async (client) => (await client.get("/profile", { maxRedirects: 0 })).ok(),
  async (client) => (await client.get("/organizations", { maxRedirects: 0 })).ok(),
  async (client) => (await client.get("/api/auth/check")).ok(),
  async (client) => (await (await client.get("/api/auth/session")).text()).includes("alice@example.com"),
];

/** The server action behind the profile's "Ask Logto again", sent as a browser without JavaScript sends it. */
async function actionOf(client: Client): Promise<(typeof kinds)[number]> {
  const html = await (await client.get("/profile")).text();
  const form = html.split("<form").find((part) => part.includes("Ask Logto again")) ?? "";
  const name = /name="(\$ACTION_ID_[^"]+)"/.exec(form)?.[1];
  if (!name) throw new Error("The profile has no action.");
  return async (sender) => {
    const answer = await sender.post("/profile", { multipart: { [name]: "" }, maxRedirects: 0 });
    return answer.status() < 400 && !(answer.headers().location ?? "").includes("sign-in");
  };
}

test("a storm of parallel requests at expiry renews once, loses nothing and signs nobody out", async () => {
  test.setTimeout(300_000);
  const proxy = await startSlowProxy({ port: await freePort(), maxDelay: 300 });
  const identity = await startIdentity({ port: 0, control: true, clients: [appClient(proxy.url)] });
  const app = await startApp({ ...appVariables(identity.issuer), AUTH_URL: proxy.url, AUTH_SECRET: secret });
  proxy.target = app.url;
  const control = controlOf(identity.endpoint);
  // The harshest that a provider can be: every refresh token is good for one use, and a second one ends the grant.
  await control.change({ rotation: "always", graceInterval: 0 });
  let client = await signedIn(proxy.url, "alice");
  const action = await actionOf(client);
  const refreshes = async () => (await control.requests()).byGrant.refresh_token ?? 0;
  const before = await refreshes();

  for (let expiry = 1; expiry <= expiries; expiry += 1) {
    client = await atExpiry(client, proxy.url, secret);
    const storm = Array.from(
      { length: requests },
      (_, index) => [...kinds, action][index % (kinds.length + 1)],
    );
    const succeeded = await Promise.all(storm.map(async (send) => send?.(client)));
    expect(
      succeeded.filter((success) => !success),
      `failures at expiry ${expiry}`,
    ).toEqual([]);
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
