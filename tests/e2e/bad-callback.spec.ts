import type { BrowserContext } from "@playwright/test";
import { expect, test } from "./fixtures";
import {
  beginSignIn,
  callbackOf,
  expectSignInMessage,
  expectSignedOut,
  pathOf,
  visit,
} from "./requests";

const profile = "/profile?tab=4";
const interrupted = "Sign-in was interrupted";

/** Signs in at Logto. @returns the callback's URL, not yet followed */
const signInAtLogto = async (context: BrowserContext) =>
  callbackOf(context, await beginSignIn(context, profile));

const withError = (error: string) => (url: URL) => {
  url.searchParams.delete("code");
  url.searchParams.set("error", error);
  url.searchParams.set("error_description", "<script>alert(1)</script>");
};
const withoutCookies = (name: RegExp) => (_: URL, context: BrowserContext) =>
  context.clearCookies({ name });

type Spoil = (url: URL, context: BrowserContext) => unknown;

/** What spoils a callback, the title of the message, and the logged reason. */
const spoiled: Record<string, [spoil: Spoil, title: string, reason: string]> = {
  "another state": [(url) => url.searchParams.set("state", "x"), interrupted, "state"],
  "no state": [(url) => url.searchParams.delete("state"), interrupted, "state"],
  "no code": [(url) => url.searchParams.delete("code"), interrupted, "code"],
  "another issuer": [(url) => url.searchParams.set("iss", "https://x/oidc"), interrupted, "iss"],
  "an error": [withError("access_denied"), "Sign-in was not completed", "access_denied"],
  "an unknown code": [(url) => url.searchParams.set("code", "x"), interrupted, "invalid_grant"],
  "no state cookie": [withoutCookies(/\.state$/), interrupted, "InvalidCheck"],
  "no verifier cookie": [withoutCookies(/\.pkce\.code_verifier$/), interrupted, "InvalidCheck"],
  "no nonce cookie": [withoutCookies(/\.nonce$/), interrupted, "InvalidCheck"],
  "no cookies": [withoutCookies(/^authjs/), interrupted, "InvalidCheck"],
};

test("a spoiled callback does not sign in, and the next try does", async ({ context, stage }) => {
  for (const [what, [spoil, title, reason]] of Object.entries(spoiled))
    await test.step(what, async () => {
      await context.clearCookies();
      const before = stage.log().length;
      const url = await signInAtLogto(context);
      await spoil(url, context);
      const page = await expectSignInMessage(await visit(context, url.href), title);
      expect(page).not.toContain("<script>alert(1)");
      if (url.searchParams.get("state")?.includes("~"))
        expect(page).toContain(`name="callbackUrl" value="${profile}"`);
      expect(stage.log().slice(before)).toMatch(new RegExp(`"reason":".*${reason}`));
      await expectSignedOut(context);
      // Logto has a session with the browser by now.
      expect(pathOf(await beginSignIn(context, profile))).toBe(profile);
    });
});

test("if the token endpoint fails, the page says so", async ({ context, stage: { control } }) => {
  const url = await signInAtLogto(context);
  await control.inject({ endpoint: "token", when: "before", kind: "status", status: 503 });
  await control.forgetRequests();
  await expectSignInMessage(await visit(context, url.href), "The sign-in service does not respond");
  await expectSignedOut(context);
  // Sending a code twice would cost its grant (RFC 6749 §4.1.2).
  expect((await control.requests()).byGrant.authorization_code).toBe(1);
  await control.clearFaults();
  expect(pathOf(await beginSignIn(context, profile))).toBe(profile);
});
