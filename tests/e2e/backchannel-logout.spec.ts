import type { BrowserContext } from "@playwright/test";
import { z } from "zod";
import type { StandInControl } from "../../packages/logto-stand-in/src/testing";
import { expect, test } from "./fixtures";
import { isActive } from "./people";
import {
  expectSignInMessage,
  expectSignedIn,
  expectSignedOut,
  signInByRequests,
  visit,
} from "./requests";
import { expireAccessToken, putCookies, readSession, sessionValue } from "./session-cookie";

/** Signs out at Logto itself, as another application does that shares Logto's session. */
async function signOutAtLogto({ request }: BrowserContext, { issuer }: StandInControl) {
  const page = await (await request.get(`${issuer}/session/end`)).text();
  const [, action = ""] = /action="([^"]+)"/.exec(page) ?? [];
  const [, xsrf = ""] = /name="xsrf" value="([^"]+)"/.exec(page) ?? [];
  // What the page's script does.
  const ended = await request.post(action, { form: { xsrf, logout: "yes" } });
  expect(await ended.text()).toContain("You are signed out");
}

const sent = z.array(z.object({ logoutToken: z.string() }));

test("signing out at Logto ends the session of that browser only, which can sign in again", async ({
  browser,
  context,
  stage,
}) => {
  const { control, url } = stage;
  const other = await browser.newContext({ baseURL: url });
  for (const each of [context, other]) await signInByRequests(each, "alice");
  await signOutAtLogto(context, control);
  await expectSignedOut(context);
  await expectSignedIn(other);
  await other.close();

  await signInByRequests(context, "alice");
  const tokens = sent.parse(
    await (await fetch(`${control.endpoint}/control/logout-tokens`)).json(),
  );
  const form = { logout_token: tokens.at(-1)?.logoutToken ?? "" };
  const replay = await context.request.post("/api/auth/backchannel-logout", { form });
  // A logout token ends only sessions that began before it, and none of those is left.
  expect(replay.status()).toBe(200);
  await expectSignedIn(context);
});

test("a logout token without a session id ends all earlier sessions of its user and of no other user", async ({
  browser,
  startOwn,
}) => {
  const client = { backchannelLogoutSessionRequired: false };
  const { app, control, restart } = await startOwn({}, { client });
  const { url } = app;
  const signedIn = async (username: string) => {
    const context = await browser.newContext({ baseURL: url });
    await signInByRequests(context, username);
    return context;
  };
  const [here, there, bob] = [
    await signedIn("alice"),
    await signedIn("alice"),
    await signedIn("bob"),
  ];
  const copy = await sessionValue(here);
  const { refreshToken = "" } = await readSession(here, app);
  await signOutAtLogto(here, control);
  await expectSignedOut(here);
  await expectSignedOut(there);
  await expectSignedIn(bob);
  await expect.poll(() => isActive(control, refreshToken)).toBe(false);

  // A later session stays. Logto's clock counts whole seconds, so it is set 2 s ahead.
  await control.change({ clockSkew: 2 });
  await signInByRequests(here, "alice");
  await expectSignedIn(here);

  if (!app.storage.sessions)
    await test.step("a copied cookie is not renewed even after a restart", async () => {
      await restart();
      await putCookies(there, url, { "authjs.session-token": copy });
      await expireAccessToken(there, app);
      await expectSignInMessage(await visit(there, "/dashboard"), "Your session has ended");
    });
  for (const context of [here, there, bob]) await context.close();
});
