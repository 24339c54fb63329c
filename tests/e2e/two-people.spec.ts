import type { BrowserContext } from "@playwright/test";
import { z } from "zod";
import { expect, test } from "./fixtures";
import { addPerson, grantOf, isActive } from "./people";
import { beginSignIn, expectSignedOut, signInByRequests, visit } from "./requests";
import { expireAccessToken, putCookies, sessionValue } from "./session-cookie";

const check = z.object({ user: z.object({ id: z.string(), username: z.string() }) });

/** The user who is signed in in a browser, according to the app. */
const userOf = async ({ request }: BrowserContext) =>
  check.parse(await (await request.get("/api/auth/check")).json()).user;

test("who signs in in the same browser replaces the session: with their own if it is the same person, else with a separate user's", async ({
  browser,
  context,
  stage,
}) => {
  const { control, storage, url } = stage;
  const expectActive = (token: string, active: boolean) =>
    expect.poll(() => isActive(control, token)).toBe(active);
  const expectSessions = async ({ id }: { id: string }, sessions: number) => {
    if (storage.users) expect(await storage.users.of(id)).toEqual([{ accounts: [id], sessions }]);
  };
  const thief = await browser.newContext({ baseURL: url });
  const expectRejected = async (cookie: string) => {
    await putCookies(thief, url, { "authjs.session-token": cookie });
    await expectSignedOut(thief);
  };
  const [alice, bob] = [await addPerson(control), await addPerson(control)];
  await signInByRequests(context, alice.username);
  const first = await userOf(context);

  for (const how of ["in Logto's session, with the same grant", "in a new session of Logto"])
    await test.step(`the same person, ${how}`, async () => {
      const replaced = await sessionValue(context);
      if (how.includes("new")) {
        await context.clearCookies({ name: /^_session/ });
        await signInByRequests(context, alice.username);
      } else await beginSignIn(context, "/dashboard");
      expect(await userOf(context)).toEqual(first);
      await expectRejected(replaced);
      await expireAccessToken(context, stage);
      expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
      await expectActive(await grantOf(control, alice), true);
      await expectSessions(alice, 1);
    });

  await test.step("another person", async () => {
    const replaced = await sessionValue(context);
    await context.clearCookies({ name: /^_session/ });
    await signInByRequests(context, bob.username);
    expect(await userOf(context)).toEqual({ id: bob.id, username: bob.username });
    expect(first.id).not.toBe(bob.id);
    await expectActive(await grantOf(control, alice), false);
    await expectActive(await grantOf(control, bob), true);
    await expectRejected(replaced);
    await expectSessions(alice, 0);
    await expectSessions(bob, 1);
  });
  await thief.close();
});
