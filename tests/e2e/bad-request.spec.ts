import { expect, test } from "./fixtures";
import { expectSignInMessage, visit } from "./requests";

test("Auth.js's own sign-in addresses end on our sign-in page, signed out", async ({ context }) => {
  const response = await visit(context, "/api/auth/signin");
  expect([response.status(), new URL(response.url()).pathname]).toEqual([200, "/sign-in"]);
  expect(await response.text()).not.toMatch(/role="alert"/);
  const ofProvider = await visit(context, "/api/auth/signin/logto");
  await expectSignInMessage(ofProvider, "Sign-in was interrupted");
});

test("an unknown error code shows a general message and never the code", async ({ context }) => {
  const code = "<script>alert(1)</script>";
  const response = await visit(context, `/api/auth/error?error=${encodeURIComponent(code)}`);
  const page = await expectSignInMessage(response, "You could not be signed in");
  expect(page).not.toContain("<script>alert(1)");
});

test("unknown routes of Auth.js are client errors or lead to sign in", async ({ context }) => {
  for (const path of ["/api/auth/xyz", "/api/auth/session/x", "/api/auth/__proto__"])
    expect([400, 404], path).toContain((await visit(context, path)).status());
  const unknownProvider = await visit(context, "/api/auth/callback/nope?code=x&state=y");
  expect(new URL(unknownProvider.url()).pathname).toBe("/sign-in");
  const twice = "/sign-in?error=a&error=b&callbackUrl=/a&callbackUrl=/b";
  expect((await visit(context, twice)).status(), "parameters that come twice").toBe(200);
});
