import type { APIResponse, BrowserContext } from "@playwright/test";
import { z } from "zod";
import {
  beginSignIn,
  callbackOf,
  csrfForm,
  expect,
  expectSignInMessage,
  signInByRequests,
  test,
  typePassword,
  visit,
} from "./stage";

const profile = "/profile?tab=4";

/** The JSON that a script gets. */
const destination = z.object({ url: z.url() });

/** Replaces Logto's code with its error for a cancelled sign-in. */
function cancelled(url: URL): URL {
  url.searchParams.delete("code");
  url.searchParams.set("error", "access_denied");
  return url;
}

/** A response's final path and query. */
const pathOf = (response: APIResponse) =>
  response.url().replace(new URL(response.url()).origin, "");

const mishaps: [string, (url: URL, context: BrowserContext) => Promise<URL>][] = [
  ["is cancelled at Logto", async (url) => cancelled(url)],
  [
    "loses its state cookie",
    async (url, context) => {
      await context.clearCookies({ name: "authjs.state" });
      return url;
    },
  ],
  [
    "loses all of its cookies",
    async (url, context) => {
      await context.clearCookies({ name: /^authjs/ });
      return url;
    },
  ],
];

test("after a sign-in that fails, the next try still returns to the requested page", async ({
  context,
}) => {
  for (const [what, happen] of mishaps)
    await test.step(what, async () => {
      await context.clearCookies();
      const callback = await happen(
        await callbackOf(context, await beginSignIn(context, profile)),
        context,
      );
      const html = await expectSignInMessage(await visit(context, callback.href), /^Sign-in was/);
      expect(html).toContain(`name="callbackUrl" value="${profile}"`);
      // Logto has a session with the browser by now.
      expect(pathOf(await beginSignIn(context, profile))).toBe(profile);
    });
});

test("a callback that a signed-in user opens again leads to its page without an error", async ({
  context,
}) => {
  const callback = await callbackOf(context, await beginSignIn(context, profile));
  expect(pathOf(await visit(context, callback.href))).toBe(profile);
  expect(pathOf(await visit(context, callback.href))).toBe(profile);
  callback.searchParams.delete("state");
  expect(pathOf(await visit(context, callback.href))).toBe("/dashboard");
});

test("a return path in `state` never leads to another origin", async ({ context, stage }) => {
  const callback = await callbackOf(context, await beginSignIn(context, profile));
  const [state = ""] = (callback.searchParams.get("state") ?? "").split("~");
  for (const evil of [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
  ]) {
    callback.searchParams.set("state", `${state}~${Buffer.from(evil).toString("base64url")}`);
    expect(new URL((await visit(context, callback.href)).url()).origin, evil).toBe(stage.url);
  }
});

test("of several tabs that sign in at once, the last one to start completes, and the others lead to their pages", async ({
  context,
}) => {
  const paths = ["/profile?tab=1", "/profile?tab=2", "/profile?tab=3"] as const;
  const begin = (path: string) => beginSignIn(context, path);
  const pages = [await begin(paths[0]), await begin(paths[1]), await begin(paths[2])] as const;
  const complete = async (signInPage: APIResponse) => {
    return visit(context, (await callbackOf(context, signInPage)).href);
  };
  await test.step("an earlier one submits first: its sign-in page leads to its page", async () => {
    const landed = await complete(pages[1]);
    await expectSignInMessage(landed, "Sign-in was interrupted");
    expect(new URL(landed.url()).searchParams.get("callbackUrl")).toBe(paths[1]);
  });
  await test.step("the last one completes", async () => {
    expect(pathOf(await complete(pages[2]))).toBe(paths[2]);
  });
  await test.step("one that was overtaken is signed in, too", async () => {
    expect(pathOf(await complete(pages[0]))).toBe(paths[0]);
  });
});

test("a tab on the sign-in page continues when a signed-in user returns to it", async ({
  context,
  page,
  stage,
}) => {
  await page.goto(profile);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await signInByRequests(context, "alice");
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(page).toHaveURL(stage.url + profile);
});

test("a return path that is too long loses its query", async ({ context }) => {
  const response = await visit(context, `/profile?q=${"한".repeat(300)}`);
  expect(await response.text()).toContain('name="callbackUrl" value="/profile"');
});

test("next-auth/react's signIn returns to its page, too", async ({ context }) => {
  const form = { ...(await csrfForm(context)), callbackUrl: profile };
  const headers = { "x-auth-return-redirect": "1" };
  const response = await context.request.post("/api/auth/signin/logto", { form, headers });
  const { url } = destination.parse(await response.json());
  const landed = await typePassword(context, await context.request.get(url), "carol");
  expect(pathOf(landed)).toBe(profile);
});

test("signing out ends Logto's session and leads to `callbackUrl`, but never to another origin or route of Auth.js", async ({
  context,
  page,
  stage,
}) => {
  for (const [callbackUrl, expected] of [
    ["/bye?really=1", "/bye?really=1"],
    ["https://evil.example/bye", "/"],
    ["/api/auth/signout", "/"],
  ] as const)
    await test.step(callbackUrl, async () => {
      await signInByRequests(context, "bob");
      const form = { ...(await csrfForm(context)), callbackUrl };
      const headers = { "x-auth-return-redirect": "1" };
      const response = await context.request.post("/api/auth/signout", { form, headers });
      const { url } = destination.parse(await response.json());
      await page.goto(url);
      await expect(page).toHaveURL(stage.url + expected);
      expect(new URL((await beginSignIn(context, profile)).url()).origin, "Logto's page").toBe(
        stage.control.endpoint,
      );
    });
});
