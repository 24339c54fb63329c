import type { BrowserContext } from "@playwright/test";
import {
  beginSignIn,
  callbackOf,
  expect,
  expectSignInMessage,
  expectNothingSecret,
  expectSignedOut,
  test,
  visit,
} from "./stage";

/** Signs in at Logto. @returns the callback's URL, not yet followed */
const signInAtLogto = async (context: BrowserContext) =>
  callbackOf(context, await beginSignIn(context, "/profile"));

const interrupted = "Sign-in was interrupted";

const withError = (error: string) => (url: URL) => {
  url.searchParams.delete("code");
  url.searchParams.set("error", error);
  url.searchParams.set("error_description", "<script>alert(1)</script>");
};

/** What changes a callback's URL, the title of the message, and the logged reason. */
const spoiled: Record<string, [spoil: (url: URL) => void, title: string, logged: RegExp]> = {
  "a wrong state": [
    (url) => url.searchParams.set("state", "of-somebody-else"),
    interrupted,
    /"reason":".*state/,
  ],
  "no state": [(url) => url.searchParams.delete("state"), interrupted, /"reason":".*state/],
  "no code": [(url) => url.searchParams.delete("code"), interrupted, /"reason":".*code/],
  "another issuer": [
    (url) => url.searchParams.set("iss", "https://evil.example/oidc"),
    interrupted,
    /"reason":".*iss/,
  ],
  "error=access_denied": [
    withError("access_denied"),
    "Sign-in was not completed",
    /"reason":".*access_denied/,
  ],
  "error=server_error": [
    withError("server_error"),
    "Sign-in was not completed",
    /"reason":".*server_error/,
  ],
  "an unknown code": [
    (url) => url.searchParams.set("code", "made-up"),
    interrupted,
    /"reason":".*invalid_grant/,
  ],
};

test("a callback whose URL was changed shows an error and does not sign in", async ({
  context,
  stage,
}) => {
  for (const [what, [spoil, title, logged]] of Object.entries(spoiled))
    await test.step(what, async () => {
      const before = stage.log().length;
      const url = await signInAtLogto(context);
      spoil(url);
      const page = await expectSignInMessage(await visit(context, url.href), title);
      expect(page).not.toContain("<script>alert(1)");
      await expectNothingSecret(page, stage);
      expect(stage.log().slice(before)).toMatch(logged);
      await expectSignedOut(context);
      await context.clearCookies();
    });
});

test("a callback without the cookies of its sign-in shows an error and does not sign in", async ({
  context,
  stage,
}) => {
  for (const name of [/\.state$/, /\.pkce\.code_verifier$/, /\.nonce$/, /./])
    await test.step(String(name), async () => {
      const before = stage.log().length;
      const url = await signInAtLogto(context);
      await context.clearCookies({ name });
      await expectSignInMessage(await visit(context, url.href), interrupted);
      expect(stage.log().slice(before)).toMatch(/"reason":".+"msg":"InvalidCheck"/);
      await expectSignedOut(context);
      await context.clearCookies();
    });
});

test("a callback URL that is opened twice signs in only once", async ({ context }) => {
  const url = await signInAtLogto(context);
  expect(new URL((await visit(context, url.href)).url()).pathname).toBe("/profile");
  await context.clearCookies({ name: /session-token/ });
  await expectSignInMessage(await visit(context, url.href), interrupted);
  await expectSignedOut(context);
});

const outages = [{ kind: "status", status: 503 }, { kind: "drop" }, { kind: "truncated" }] as const;

test("when the token endpoint fails at the callback, the page says to try again", async ({
  context,
  stage,
}) => {
  for (const outage of outages)
    await test.step(JSON.stringify(outage), async () => {
      const before = stage.log().length;
      const url = await signInAtLogto(context);
      await stage.control.inject({ endpoint: "token", when: "before", ...outage });
      await stage.control.forgetRequests();
      const page = await expectSignInMessage(
        await visit(context, url.href),
        "The sign-in service does not respond",
      );
      await expectNothingSecret(page, stage);
      expect(stage.log().slice(before)).toMatch(/"reason":"\S.*"msg":"\w{3,}"/);
      await expectSignedOut(context);
      // Sending a code twice would cost its grant (RFC 6749 §4.1.2).
      expect((await stage.control.requests()).byGrant.authorization_code).toBe(1);

      await stage.control.clearFaults();
      const again = await beginSignIn(context, "/profile");
      expect(new URL(again.url()).pathname).toBe("/profile");
      await context.clearCookies();
    });
});
