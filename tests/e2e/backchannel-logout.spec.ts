import type { Browser, BrowserContext } from "@playwright/test";
import { z } from "zod";
import { controlOf, type StandInControl } from "../../packages/logto-stand-in/src/testing";
import { isActive } from "./people";
import { startPair } from "./servers";
import { expireAccessToken, putCookies, readSession, sessionValue } from "./session-cookie";
import {
  expect,
  expectSignInMessage,
  expectSignedOut,
  signInByRequests,
  test,
  visit,
} from "./stage";

/** Signs out at Logto itself, as another application does that shares Logto's session. */
async function signOutAtLogto({ request }: BrowserContext, { issuer }: StandInControl) {
  const page = await (await request.get(`${issuer}/session/end`)).text();
  const [, action = ""] = /action="([^"]+)"/.exec(page) ?? [];
  const [, xsrf = ""] = /name="xsrf" value="([^"]+)"/.exec(page) ?? [];
  // What the page's script does.
  const ended = await request.post(action, { form: { xsrf, logout: "yes" } });
  expect(await ended.text()).toContain("You are signed out");
}

async function expectSignedIn(context: BrowserContext): Promise<void> {
  expect((await context.request.get("/api/auth/check")).status()).toBe(200);
}

/** Another browser, with a user signed in. */
async function otherBrowser(
  browser: Browser,
  baseURL: string,
  username: string,
): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL });
  await signInByRequests(context, username);
  return context;
}

const sent = z.array(z.object({ url: z.string(), logoutToken: z.string() }));

/** The logout tokens that the stand-in has sent to applications so far. */
async function sentLogoutTokens({ endpoint }: StandInControl): Promise<string[]> {
  const response = await fetch(`${endpoint}/control/logout-tokens`);
  return sent.parse(await response.json()).map(({ logoutToken }) => logoutToken);
}

const deliver = (app: string, logoutToken: string) =>
  fetch(`${app}/api/auth/backchannel-logout`, {
    method: "POST",
    body: new URLSearchParams({ logout_token: logoutToken }),
  });

test("signing out at Logto ends the session of that browser only, which can sign in again", async ({
  browser,
  context,
  stage,
}) => {
  await signInByRequests(context, "alice");
  const other = await otherBrowser(browser, stage.url, "alice");
  await signOutAtLogto(context, stage.control);
  await expectSignedOut(context);
  await expectSignedIn(other);
  await other.close();

  await signInByRequests(context, "alice");
  const [logoutToken = ""] = (await sentLogoutTokens(stage.control)).slice(-1);
  const replay = await deliver(stage.url, logoutToken);
  // A logout token ends only sessions that began before it, and none of those is left.
  expect(replay.status).toBe(200);
  await expectSignedIn(context);
});

test("a logout token without a session id ends all earlier sessions of its user and of no other user", async ({
  browser,
  newStorage,
}) => {
  const client = { backchannelLogoutSessionRequired: false };
  const storage = await newStorage();
  const { app, identity, restart, stop } = await startPair({}, storage, undefined, { client });
  const { url } = app;
  const control = controlOf(identity.endpoint);
  try {
    const [here, there, bob] = await Promise.all([
      otherBrowser(browser, url, "alice"),
      otherBrowser(browser, url, "alice"),
      otherBrowser(browser, url, "bob"),
    ]);
    const copy = await sessionValue(here);
    const { refreshToken = "" } = await readSession(here, app);
    expect(await isActive(control, refreshToken)).toBe(true);
    await signOutAtLogto(here, control);
    await expectSignedOut(here);
    await expectSignedOut(there);
    await expectSignedIn(bob);
    await expect.poll(() => isActive(control, refreshToken)).toBe(false);

    // A later session stays. Logto's clock counts whole seconds, so it is set 2 s ahead.
    await control.change({ clockSkew: 2 });
    await signInByRequests(here, "alice");
    await expectSignedIn(here);

    if (!storage.sessions)
      await test.step("a copied cookie is not renewed even after a restart", async () => {
        await restart();
        await putCookies(there, url, { "authjs.session-token": copy });
        await expireAccessToken(there, app);
        await expectSignInMessage(await visit(there, "/dashboard"), "Your session has ended");
      });
    await Promise.all([here, there, bob].map((context) => context.close()));
  } finally {
    await stop();
  }
});

test(
  "rejects anything but a logout token of Logto's, without a redirect or a cookie",
  { tag: "@once" },
  async ({ stage }) => {
    const rejected = await deliver(stage.url, "made.up.token");
    expect(rejected.status).toBe(400);
    expect(rejected.headers.get("cache-control")).toContain("no-store");
    expect(rejected.headers.getSetCookie()).toEqual([]);
    expect(await rejected.json()).toMatchObject({ error: "invalid_request", code: "malformed" });
    // The app's output arrives separately from the response.
    await expect
      .poll(() => stage.log())
      .toMatch(/"code":"malformed".*"msg":"back-channel logout rejected"/);
    expect((await fetch(`${stage.url}/api/auth/backchannel-logout`)).status).toBe(405);
  },
);
