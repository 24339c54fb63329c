import { beginSignIn, expect, signInByRequests, test, typePassword, visit } from "./stage";

const evil = [
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "javascript:alert(document.domain)",
  "/\t/evil.example",
  "https:evil.example",
  "https:/\\evil.example",
  "/..//evil.example",
  "\\\\evil.example",
  "data:text/html,<script>alert(1)</script>",
  " //evil.example",
];
const signInPage = (callbackUrl: string) =>
  `/sign-in?callbackUrl=${encodeURIComponent(callbackUrl)}`;

test("a callbackUrl never leads to another origin", async ({ context, stage }) => {
  await test.step("from the sign-in page's form", async () => {
    for (const callbackUrl of evil) {
      const html = await (await visit(context, signInPage(callbackUrl))).text();
      const [, value = "//"] = /name="callbackUrl" value="(\/[^"]*)"/.exec(html) ?? [];
      expect(new URL(value, stage.url).origin, callbackUrl).toBe(stage.url);
    }
  });
  await signInByRequests(context, "bob");
  await test.step("from the sign-in page of a signed-in user", async () => {
    for (const callbackUrl of evil) {
      const response = await visit(context, signInPage(callbackUrl), { maxRedirects: 0 });
      expect(response.status()).toBe(307);
      const { location = "" } = response.headers();
      expect(new URL(location, stage.url).origin, callbackUrl).toBe(stage.url);
    }
  });
  await test.step("from Auth.js's own sign-in route", async () => {
    // As if the form had been tampered with. Logto already has a session with the browser.
    for (const callbackUrl of evil) {
      await context.clearCookies({ name: /^authjs\./ });
      const landed = await beginSignIn(context, callbackUrl);
      expect(new URL(landed.url()).origin, callbackUrl).toBe(stage.url);
    }
  });
});

test("a callback-url cookie for another origin is not followed", async ({ context, stage }) => {
  const logto = await beginSignIn(context, "/profile");
  const value = encodeURIComponent("https://evil.example/x");
  await context.clearCookies({ name: "authjs.callback-url" });
  await context.addCookies([{ name: "authjs.callback-url", value, url: stage.url }]);
  const landed = await typePassword(context, logto, "bob");
  expect(new URL(landed.url()).origin).toBe(stage.url);
});

test("a return path keeps its query", async ({ context, stage }) => {
  const path = "/profile?tab=a%20b&x=1";
  const html = await (await visit(context, signInPage(`${path}#end`))).text();
  expect(html).toContain(`name="callbackUrl" value="${path.replace("&", "&amp;")}#end"`);
  const landed = await typePassword(context, await beginSignIn(context, `${path}#end`), "bob");
  expect(landed.url()).toMatch(new RegExp(`^${stage.url}/profile\\?tab=a%20b&x=1(#end)?$`));
});
