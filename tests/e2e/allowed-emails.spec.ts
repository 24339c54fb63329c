import type { BrowserContext } from "@playwright/test";
import { expect, test } from "./fixtures";
import { addPerson, grantOf, isActive, type Person } from "./people";
import { beginSignIn, expectSignedOut, typePassword } from "./requests";
import { sessionCookies } from "./session-cookie";
import { goToLogto, typeCredentials } from "./steps";

/** The app lets only the listed addresses and domains sign in. */
test.use({ variables: { AUTH_ALLOWED_EMAILS: "Alice@Example.com, @team.example" } });
// The tests share the servers.
test.describe.configure({ mode: "default" });

const colleague = { claims: { email: "Nora@Team.example" } };
const stranger = { claims: { email: "mallory@team.example", email_verified: false } };

/** Tries to sign in. @returns the path of the page where that ends */
async function tryToSignIn(context: BrowserContext, { username }: Person): Promise<string> {
  const landed = await typePassword(context, await beginSignIn(context, "/dashboard"), username);
  expect(landed.status()).toBe(200);
  return new URL(landed.url()).pathname;
}

test("any other user may not sign in, and no session, user or grant is left, but the session of the user who is signed in", async ({
  app,
  context,
  identity,
}) => {
  const other = await addPerson(identity, stranger);
  expect(await tryToSignIn(context, other)).toBe("/refused");
  expect(await sessionCookies(context)).toEqual([]);
  await expectSignedOut(context);
  expect(await isActive(identity, await grantOf(identity, other))).toBe(false);
  const { users } = app.storage;
  expect((await users?.of(other.id)) ?? []).toEqual([]);
  expect((await users?.countWithoutAccount()) ?? 0).toBe(0);
  expect(app.log()).toMatch(new RegExp(`"user":"${other.id}".*"msg":"sign-in rejected"`));

  const user = await addPerson(identity, colleague);
  await context.clearCookies();
  expect(await tryToSignIn(context, user)).toBe("/dashboard");
  await context.clearCookies({ name: /^_session/ });
  expect(await tryToSignIn(context, other)).toBe("/refused");
  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({
    user: { username: user.username },
  });
  expect(await isActive(identity, await grantOf(identity, user))).toBe(true);
  expect(await isActive(identity, await grantOf(identity, other))).toBe(false);
});

test("a user who may not sign in can change the account at Logto", async ({ identity, page }) => {
  const signIn = async (details: object) => {
    const { username } = await addPerson(identity, details);
    await page.goto("/dashboard");
    await goToLogto(page);
    await typeCredentials(page, username);
  };
  await signIn(stranger);
  await expect(
    page.getByRole("heading", { name: "This account may not sign in here" }),
  ).toBeVisible();
  await page.getByRole("button", { name: "Sign out of Logto" }).click();
  await expect(page).toHaveURL("/");

  await signIn(colleague);
  await expect(page.getByRole("heading", { name: "Welcome" })).toBeVisible();
});
