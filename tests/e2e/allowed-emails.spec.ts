import type { BrowserContext } from "@playwright/test";
import { type IdentityControl } from "./identity-control";
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

/** An app that some may sign in to. */
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
// They share the servers.
test.describe.configure({ mode: "default" });

const withAddress = (control: IdentityControl, email: string, details: object = {}) =>
  addPerson(control, { claims: { email, ...details } });

/** Tries to sign in. @returns the page where that ends */
async function tryToSignIn(context: BrowserContext, { username }: Person): Promise<string> {
  const landed = await typePassword(context, await beginSignIn(context, "/dashboard"), username);
  expect(landed.status()).toBe(200);
  return new URL(landed.url()).pathname;
}

test("whoever has an address on the list signs in, however it is written", async ({ context }) => {
  await signInByRequests(context, "alice");
});

test("whoever has an address of a domain on the list signs in", async ({ context, identity }) => {
  const person = await withAddress(identity, "Nora@Team.example");
  expect(await tryToSignIn(context, person)).toBe("/dashboard");
});

const strangers: Record<string, (control: IdentityControl) => Promise<Person>> = {
  "an address that is not on the list": (control) => withAddress(control, "eve@example.com"),
  "a subdomain of one on the list": (control) => withAddress(control, "eve@sub.team.example"),
  "a domain that ends like one on the list": (control) =>
    withAddress(control, "eve@not-team.example"),
  "an address with a listed one in front": (control) =>
    withAddress(control, "alice@example.com@evil.example"),
  "an address on the list that nobody has verified": (control) =>
    withAddress(control, "mallory@team.example", { email_verified: false }),
  "no address": (control) => addPerson(control),
};

for (const [who, add] of Object.entries(strangers)) {
  test(`whoever has ${who} is refused, and neither session nor user nor grant is left`, async ({
    app,
    context,
    identity: control,
  }) => {
    const person = await add(control);
    expect(await tryToSignIn(context, person)).toBe("/refused");
    expect(await sessionCookies(context)).toEqual([]);
    await expectSignedOut(context);
    expect(await isActive(control, (await tokensOf(control, person)).refreshToken)).toBe(false);
    const { db } = app.storage;
    expect(await db?.account.count({ where: { providerAccountId: person.id } })).toBe(db && 0);
    expect(await db?.user.count({ where: { accounts: { none: {} } } })).toBe(db && 0);
    expect(app.log()).toMatch(new RegExp(`"user":"${person.id}".*"msg":"sign-in rejected"`));
  });
}

test("whoever was refused signs out of Logto there, and in with another account", async ({
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

test("a sign-in that is refused leaves the session alone that the browser had", async ({
  context,
  identity: control,
}) => {
  const colleague = await withAddress(control, "first@team.example");
  const stranger = await withAddress(control, "second@example.com");
  expect(await tryToSignIn(context, colleague)).toBe("/dashboard");
  await context.clearCookies({ name: /^_session/ });
  expect(await tryToSignIn(context, stranger)).toBe("/refused");
  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({
    user: { username: colleague.username },
  });
  expect(await isActive(control, (await tokensOf(control, colleague)).refreshToken)).toBe(true);
  expect(await isActive(control, (await tokensOf(control, stranger)).refreshToken)).toBe(false);
});
