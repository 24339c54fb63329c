import type { BrowserContext } from "@playwright/test";
import { type StandInControl } from "../../packages/logto-stand-in/src/testing";
import { addPerson, isActive, tokensOf, type Person } from "./people";
import { startPair, type Pair } from "./servers";
import { sessionCookies } from "./session-cookie";
import {
  beginSignIn,
  expect,
  expectSignedOut,
  signInByRequests,
  test as base,
  typePassword,
} from "./stage";
import { goToLogto, typeCredentials } from "./steps";

/** An app that lets only the listed addresses and domains sign in. */
const test = base.extend<object, { pair: Pair }>({
  pair: [
    async ({ newStorage }, use) => {
      const variables = { AUTH_ALLOWED_EMAILS: "Alice@Example.com, @team.example" };
      const pair = await startPair(variables, await newStorage());
      await use(pair);
      await pair.stop();
    },
    { scope: "worker" },
  ],
});
// The tests share the servers.
test.describe.configure({ mode: "default" });

const withAddress = (control: StandInControl, email: string, details: object = {}) =>
  addPerson(control, { claims: { email, ...details } });

/** Tries to sign in. @returns the path of the page where that ends */
async function tryToSignIn(context: BrowserContext, { username }: Person): Promise<string> {
  const landed = await typePassword(context, await beginSignIn(context, "/dashboard"), username);
  expect(landed.status()).toBe(200);
  return new URL(landed.url()).pathname;
}

test("a user with a listed address, whatever its case, or one of a listed domain signs in", async ({
  context,
  identity,
}) => {
  await signInByRequests(context, "alice");
  const colleague = await withAddress(identity, "Nora@Team.example");
  await context.clearCookies();
  expect(await tryToSignIn(context, colleague)).toBe("/dashboard");

  await test.step("and keeps the session when a stranger tries to sign in", async () => {
    const stranger = await withAddress(identity, "second@example.com");
    await context.clearCookies({ name: /^_session/ });
    expect(await tryToSignIn(context, stranger)).toBe("/refused");
    expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({
      user: { username: colleague.username },
    });
    for (const [person, active] of [
      [colleague, true],
      [stranger, false],
    ] as const)
      expect(await isActive(identity, (await tokensOf(identity, person)).refreshToken)).toBe(
        active,
      );
  });
});

const strangers: Record<string, (control: StandInControl) => Promise<Person>> = {
  "an address that begins with a listed one": (control) =>
    withAddress(control, "alice@example.com@evil.example"),
  "a listed but unverified address": (control) =>
    withAddress(control, "mallory@team.example", { email_verified: false }),
  "no address": (control) => addPerson(control),
};

test("any other user may not sign in, and no session, user or grant is left", async ({
  app,
  context,
  identity: control,
}) => {
  for (const [who, add] of Object.entries(strangers))
    await test.step(`with ${who}`, async () => {
      const person = await add(control);
      expect(await tryToSignIn(context, person)).toBe("/refused");
      expect(await sessionCookies(context)).toEqual([]);
      await expectSignedOut(context);
      expect(await isActive(control, (await tokensOf(control, person)).refreshToken)).toBe(false);
      const { users } = app.storage;
      expect((await users?.of(person.id)) ?? []).toEqual([]);
      expect((await users?.countWithoutAccount()) ?? 0).toBe(0);
      expect(app.log()).toMatch(new RegExp(`"user":"${person.id}".*"msg":"sign-in rejected"`));
      await context.clearCookies();
    });
});

test("a user who may not sign in can sign out of Logto and sign in with another account", async ({
  app,
  identity: control,
  page,
}) => {
  const stranger = await withAddress(control, "stranger@example.com");
  const colleague = await withAddress(control, "colleague@team.example");
  await page.goto("/dashboard");
  await goToLogto(page);
  await typeCredentials(page, stranger.username);
  await expect(
    page.getByRole("heading", { name: "This account may not sign in here" }),
  ).toBeVisible();
  await page.getByRole("button", { name: "Sign out of Logto" }).click();
  await page.waitForURL(`${app.url}/`);

  await page.goto("/dashboard");
  await goToLogto(page);
  await typeCredentials(page, colleague.username);
  await expect(page.getByRole("heading", { name: "Welcome" })).toBeVisible();
});
