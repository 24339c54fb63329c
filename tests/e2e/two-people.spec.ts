import type { Browser, BrowserContext } from "@playwright/test";
import { z } from "zod";
import { addPerson, isActive, tokensOf, type Person } from "./people";
import { putCookies, sessionValue } from "./session-cookie";
import { expect, expectSignedOut, signIn, signInByRequests, type Stage, test } from "./stage";
import { goToLogto, typeCredentials } from "./steps";

const check = z.object({ user: z.object({ id: z.string(), username: z.string() }) });

/** Who a browser is, as far as the app knows. */
async function whoIs({ request }: BrowserContext, origin = "") {
  return check.parse(await (await request.get(`${origin}/api/auth/check`)).json()).user;
}

/** Logto's own session with the browser is over, else Logto would go on with whom it knows. */
const forgetLogto = (context: BrowserContext) => context.clearCookies({ name: /^_session/ });

const twoPeople = ({ control }: Stage) => Promise.all([addPerson(control), addPerson(control)]);

/** Where there are users, each of these is one with a single account, and has so many sessions. */
async function expectUsers({ storage: { db } }: Stage, people: [Person, number][]): Promise<void> {
  for (const [{ id }, sessions] of db ? people : []) {
    const users = await db?.user.findMany({
      where: { accounts: { some: { providerAccountId: id } } },
      include: { accounts: true, sessions: true },
    });
    expect(users).toHaveLength(1);
    expect(users?.[0]?.accounts.map(({ providerAccountId }) => providerAccountId)).toEqual([id]);
    expect(users?.[0]?.sessions).toHaveLength(sessions);
  }
}

async function expectGrant({ control }: Stage, token: string, active: boolean): Promise<void> {
  await expect.poll(() => isActive(control, token)).toBe(active);
}

/** A session's cookie, put into a browser that has nothing else, is refused. */
async function expectRefused(browser: Browser, { url }: Stage, cookie: string): Promise<void> {
  const thief = await browser.newContext({ baseURL: url });
  await putCookies(thief, url, { "authjs.session-token": cookie });
  await expectSignedOut(thief);
  await thief.close();
}

test("whoever signs in after somebody else in the same browser is a user of their own, and ends that session with its grant", async ({
  browser,
  context,
  stage,
}) => {
  const [alice, bob] = await twoPeople(stage);
  await signInByRequests(context, alice.username);
  const first = { ...(await whoIs(context)), cookie: await sessionValue(context) };
  const grant = await tokensOf(stage.control, alice);

  await forgetLogto(context);
  await signInByRequests(context, bob.username);
  const second = await whoIs(context);
  expect(second.username).toBe(bob.username);
  expect(second.id).not.toBe(first.id);
  await expectGrant(stage, grant.refreshToken, false);
  await expectGrant(stage, (await tokensOf(stage.control, bob)).refreshToken, true);
  await expectRefused(browser, stage, first.cookie);
  await expectUsers(stage, [
    [alice, 0],
    [bob, 1],
  ]);
});

test("a sign-in of somebody else in a second tab makes the first tab theirs, too, and links nothing", async ({
  context,
  page,
  stage,
}) => {
  const [alice, bob] = await twoPeople(stage);
  const second = await context.newPage();
  await second.goto("/profile");
  await signIn(page, alice.username);
  const { id } = await whoIs(context);
  const grant = await tokensOf(stage.control, alice);

  await forgetLogto(context);
  await goToLogto(second);
  await typeCredentials(second, bob.username);
  await second.waitForURL(`${stage.url}/profile`);
  await page.reload();
  await expect(page.getByRole("heading", { name: `Welcome, ${bob.username}` })).toBeVisible();
  await expect(page.getByText(alice.username)).toHaveCount(0);
  expect((await whoIs(context)).id).not.toBe(id);
  await expectGrant(stage, grant.refreshToken, false);
  await expectUsers(stage, [
    [alice, 0],
    [bob, 1],
  ]);
});

test("two people in browsers of their own stay who they are, and so do their grants", async ({
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
    [1, 2, 3].map(() => Promise.all(contexts.map((each) => whoIs(each)))),
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

test("whoever signs in again in the same browser is the same user, with one session and a living grant", async ({
  browser,
  context,
  stage,
}) => {
  const person = await addPerson(stage.control);
  await signInByRequests(context, person.username);
  const first = { ...(await whoIs(context)), cookie: await sessionValue(context) };
  await forgetLogto(context);
  await signInByRequests(context, person.username);
  expect(await whoIs(context)).toEqual({ id: first.id, username: person.username });
  await expectRefused(browser, stage, first.cookie);
  await expectGrant(stage, (await tokensOf(stage.control, person)).refreshToken, true);
  await expectUsers(stage, [[person, 1]]);
});
