import type { Browser, BrowserContext } from "@playwright/test";
import { z } from "zod";
import { addPerson, isActive, tokensOf, type Person } from "./people";
import { putCookies, sessionValue } from "./session-cookie";
import { expect, expectSignedOut, signInByRequests, type Stage, test } from "./stage";

const check = z.object({ user: z.object({ id: z.string(), username: z.string() }) });

/** The user who is signed in in a browser, according to the app. */
async function userOf({ request }: BrowserContext, origin = "") {
  return check.parse(await (await request.get(`${origin}/api/auth/check`)).json()).user;
}

/** Removes Logto's own session, with which Logto would sign in the same user again. */
const forgetLogto = (context: BrowserContext) => context.clearCookies({ name: /^_session/ });

const twoPeople = ({ control }: Stage) => Promise.all([addPerson(control), addPerson(control)]);

/** If the app stores users: expects each person to be one, with one account and so many sessions. */
async function expectUsers({ storage }: Stage, people: [Person, number][]): Promise<void> {
  for (const [{ id }, sessions] of storage.users ? people : [])
    expect(await storage.users?.of(id)).toEqual([{ accounts: [id], sessions }]);
}

async function expectGrant({ control }: Stage, token: string, active: boolean): Promise<void> {
  await expect.poll(() => isActive(control, token)).toBe(active);
}

/** Expects the app to reject a session cookie in a browser without other cookies. */
async function expectRejected(browser: Browser, { url }: Stage, cookie: string): Promise<void> {
  const thief = await browser.newContext({ baseURL: url });
  await putCookies(thief, url, { "authjs.session-token": cookie });
  await expectSignedOut(thief);
  await thief.close();
}

test("who signs in in the same browser replaces the session: with their own if it is the same person, else with a separate user's", async ({
  browser,
  context,
  stage,
}) => {
  const [alice, bob] = await twoPeople(stage);
  await signInByRequests(context, alice.username);
  const first = { ...(await userOf(context)), cookie: await sessionValue(context) };

  await forgetLogto(context);
  await signInByRequests(context, alice.username);
  expect(await userOf(context)).toEqual({ id: first.id, username: alice.username });
  await expectRejected(browser, stage, first.cookie);
  const { refreshToken } = await tokensOf(stage.control, alice);
  await expectGrant(stage, refreshToken, true);
  await expectUsers(stage, [[alice, 1]]);
  const cookie = await sessionValue(context);

  await forgetLogto(context);
  await signInByRequests(context, bob.username);
  const second = await userOf(context);
  expect(second.username).toBe(bob.username);
  expect(second.id).not.toBe(first.id);
  await expectGrant(stage, refreshToken, false);
  await expectGrant(stage, (await tokensOf(stage.control, bob)).refreshToken, true);
  await expectRejected(browser, stage, cookie);
  await expectUsers(stage, [
    [alice, 0],
    [bob, 1],
  ]);
});

test("two people in separate browsers keep their own sessions and grants", async ({
  browser,
  stage,
}) => {
  const people = await twoPeople(stage);
  const contexts = await Promise.all(
    people.map(async ({ username }) => {
      const context = await browser.newContext({ baseURL: stage.url });
      await signInByRequests(context, username);
      return context;
    }),
  );
  const rounds = await Promise.all(
    [1, 2].map(() => Promise.all(contexts.map((each) => userOf(each)))),
  );
  for (const round of rounds)
    expect(round.map(({ username }) => username)).toEqual(people.map(({ username }) => username));
  expect(new Set(rounds.flat().map(({ id }) => id)).size).toBe(2);
  for (const person of people)
    await expectGrant(stage, (await tokensOf(stage.control, person)).refreshToken, true);
  await expectUsers(
    stage,
    people.map((person) => [person, 1]),
  );
  for (const context of contexts) await context.close();
});
