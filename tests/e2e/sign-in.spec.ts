import { randomBytes } from "node:crypto";
import { complaints } from "./pages";
import { addPerson, isActive, tokensOf } from "./people";
import { beginSignIn, expect, signInByRequests, test, visit } from "./stage";
import { goToLogto, hydrated, signOut, typeCredentials, userMenuButton } from "./steps";

test("a user signs in with one click, returns to the requested page and signs out, without an error in the console or a server action", async ({
  app,
  page,
}) => {
  const found = complaints(page);
  // A tab that is older than the running build has server actions that the server does not know.
  page.on("request", (request) => {
    if ("next-action" in request.headers()) found.push(`server action at ${request.url()}`);
  });
  await page.goto("/profile?from=mail&note=a%26b");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await goToLogto(page);
  await page.getByRole("button", { name: "Alice Kim" }).click();
  await expect(page).toHaveURL(`${app.url}/profile?from=mail&note=a%26b`);
  await expect(userMenuButton(page, "Alice Kim")).toBeVisible();
  await page.goto("/");
  await hydrated(page);
  await page.getByRole("link", { name: "Dashboard" }).first().click();
  await expect(page.getByRole("heading", { name: "Welcome, Alice Kim" })).toBeVisible();
  await signOut(page);
  await expect(page.getByText("You are signed out")).toBeVisible();
  await page.goto("/api/auth/signout");
  expect(found).toEqual([]);
});

test("after a wrong password the right one signs in, and leads to the dashboard", async ({
  app,
  page,
}) => {
  await page.goto("/sign-in");
  await goToLogto(page);
  await typeCredentials(page, "bob@example.com", "not the password");
  await expect(page.getByRole("alert")).toContainText("password is wrong");
  await typeCredentials(page, "bob@example.com");
  await expect(page).toHaveURL(`${app.url}/dashboard`);
  await expect(page.getByRole("heading", { name: "Welcome, Bob Park" })).toBeVisible();
});

test("creating an account signs the user in", { tag: "@jwt" }, async ({ app, page }) => {
  const username = `new_${randomBytes(6).toString("hex")}`;
  await page.goto("/sign-in?callbackUrl=%2Fprofile");
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByRole("textbox", { name: "Username" }).fill(username);
  await page.getByLabel("Password").fill("a password of 8 or more");
  await page.getByRole("textbox", { name: "Name optional" }).fill("Nora New");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(`${app.url}/profile`);
  await expect(userMenuButton(page, "Nora New")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: username })).not.toHaveCount(0);
});

test("the sign-in page redirects a signed-in user to its return path, and an active session at Logto needs no password", async ({
  app,
  context,
}) => {
  await signInByRequests(context, "carol");
  for (const [query, path] of [
    ["", "/dashboard"],
    ["?callbackUrl=%2Fprofile%3Ffrom%3Dmail", "/profile?from=mail"],
  ])
    expect((await visit(context, `/sign-in${query}`)).url()).toBe(`${app.url}${path}`);

  await context.clearCookies({ name: /^authjs/ });
  expect((await beginSignIn(context, "/profile")).url()).toBe(`${app.url}/profile`);
});

test("signing in as another user replaces the session and revokes its grant", async ({
  app,
  context,
  identity,
}) => {
  const first = await addPerson(identity);
  const second = await addPerson(identity);
  await signInByRequests(context, first.username);
  const replaced = await tokensOf(identity, first);
  expect(await isActive(identity, replaced.refreshToken)).toBe(true);

  // Without its own session, Logto requests credentials. A signed-in user sees the app's sign-in
  // page only with an error.
  await context.clearCookies({ name: /^_session/ });
  const signInPage = "/sign-in?error=OAuthCallbackError";
  expect((await visit(context, signInPage)).url()).toBe(app.url + signInPage);
  await signInByRequests(context, second.username);

  expect(await (await context.request.get("/api/auth/check")).json()).toMatchObject({
    user: { username: second.username },
  });
  await expect.poll(() => isActive(identity, replaced.refreshToken)).toBe(false);
  expect(await isActive(identity, (await tokensOf(identity, second)).refreshToken)).toBe(true);
});
