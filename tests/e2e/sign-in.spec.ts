import { randomBytes } from "node:crypto";
import { expect, test } from "./fixtures";
import { complaints } from "./pages";
import { beginSignIn, pathOf, signInByRequests, visit } from "./requests";
import { goToLogto, hydrated, signOut, userMenuButton } from "./steps";

test("a user signs in with one click, returns to the requested page and signs out, without an error in the console or a server action", async ({
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
  await expect(page).toHaveURL("/profile?from=mail&note=a%26b");
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

test("creating an account signs the user in", { tag: "@jwt" }, async ({ page }) => {
  const username = `new_${randomBytes(6).toString("hex")}`;
  await page.goto("/sign-in?callbackUrl=%2Fprofile");
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByRole("textbox", { name: "Username" }).fill(username);
  await page.getByLabel("Password").fill("a password of 8 or more");
  await page.getByRole("textbox", { name: "Name optional" }).fill("Nora New");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL("/profile");
  await expect(userMenuButton(page, "Nora New")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: username })).not.toHaveCount(0);
});

test("the sign-in page redirects a signed-in user to its return path unless it shows an error, and an active session at Logto needs no password", async ({
  context,
}) => {
  await signInByRequests(context, "carol");
  for (const [address, path] of [
    ["/sign-in", "/dashboard"],
    ["/sign-in?callbackUrl=%2Fprofile%3Ffrom%3Dmail", "/profile?from=mail"],
    ["/sign-in?error=OAuthCallbackError", "/sign-in?error=OAuthCallbackError"],
    // Another process may know that Logto ended this session. A redirect back would be a loop.
    ["/sign-in?error=SessionEnded", "/sign-in?error=SessionEnded"],
  ] as const)
    expect(pathOf(await visit(context, address))).toBe(path);

  await context.clearCookies({ name: /^authjs/ });
  expect(pathOf(await beginSignIn(context, "/profile"))).toBe("/profile");
});
