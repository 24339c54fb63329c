import type { APIResponse, BrowserContext } from "@playwright/test";
import { z } from "zod";
import {
  beginSignIn,
  csrfForm,
  expect,
  signIn,
  signInByRequests,
  test,
  typePassword,
  visit,
} from "./stage";
import { goToLogto, signOut, typeCredentials, userMenuButton } from "./steps";

const profile = "/profile?tab=4";

/** The JSON that a script gets. */
const destination = z.object({ url: z.url() });

/** Follows Logto's redirects up to the app's callback. @returns the callback's URL */
async function followToCallback(context: BrowserContext, response: APIResponse): Promise<URL> {
  let next = response;
  for (;;) {
    const url = new URL(next.headers().location ?? "", next.url());
    if (url.pathname.startsWith("/api/auth/callback/")) return url;
    next = await context.request.get(url.href, { maxRedirects: 0 });
  }
}

/** Starts a sign-in with a return path and submits the password. @returns the callback's URL */
async function callbackFor(context: BrowserContext, path: string, username = "bob"): Promise<URL> {
  const signInPage = await beginSignIn(context, path);
  return followToCallback(
    context,
    await typePassword(context, signInPage, username, { maxRedirects: 0 }),
  );
}

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

for (const [what, happen] of mishaps)
  test(`after a sign-in that ${what}, the next try still returns to the requested page`, async ({
    context,
    page,
    stage,
  }) => {
    const callback = await happen(await callbackFor(context, profile), context);
    await page.goto(callback.href);
    await expect(page.getByRole("alert").filter({ hasText: "Sign-in was" })).toBeVisible();
    // Logto has a session with the browser by now.
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page).toHaveURL(stage.url + profile);
  });

test("a callback that a signed-in user opens again leads to its page without an error", async ({
  context,
}) => {
  const callback = await callbackFor(context, profile);
  expect(pathOf(await visit(context, callback.href))).toBe(profile);
  expect(pathOf(await visit(context, callback.href))).toBe(profile);
  callback.searchParams.delete("state");
  expect(pathOf(await visit(context, callback.href))).toBe("/dashboard");
});

test("a return path in `state` never leads to another origin", async ({ context, stage }) => {
  const callback = await callbackFor(context, profile);
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

test("each of eight tabs that sign in at once ends on its page or on a sign-in page that leads to it", async ({
  context,
}) => {
  const paths = Array.from({ length: 8 }, (_, tab) => `/profile?tab=${tab}`);
  const signInPages = [];
  for (const path of paths) signInPages.push({ path, page: await beginSignIn(context, path) });
  for (const { path, page } of signInPages) {
    const callback = await followToCallback(
      context,
      await typePassword(context, page, "bob", { maxRedirects: 0 }),
    );
    const landed = await visit(context, callback.href);
    const { pathname, searchParams } = new URL(landed.url());
    if (pathname === "/sign-in") expect(searchParams.get("callbackUrl")).toBe(path);
    else expect(pathOf(landed)).toBe(path);
    const again = await beginSignIn(context, path);
    expect(pathOf(again)).toBe(path);
  }
});

test("a tab whose sign-in was overtaken by another tab is signed in, too", async ({
  context,
  page,
  stage,
}) => {
  const other = await context.newPage();
  await page.goto("/dashboard");
  await goToLogto(page);
  await other.goto(profile);
  await goToLogto(other);
  // The browser has the cookies of the other tab's sign-in now.
  await typeCredentials(other, "alice");
  await expect(other).toHaveURL(stage.url + profile);
  await typeCredentials(page, "alice");
  await expect(page).toHaveURL(`${stage.url}/dashboard`);
  await expect(userMenuButton(page, "Alice Kim")).toBeVisible();
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

test("a return path that is too long loses its query", async ({ page, stage }) => {
  await signIn(page, "bob", { to: "/api-access" });
  await page.context().clearCookies({ name: /^authjs\.session/ });
  await page.goto(`/profile?q=${"한".repeat(300)}`);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(`${stage.url}/profile`);
});

test("next-auth/react's signIn returns to its page, too", async ({ context }) => {
  const form = { ...(await csrfForm(context)), callbackUrl: profile };
  const headers = { "x-auth-return-redirect": "1" };
  const response = await context.request.post("/api/auth/signin/logto", { form, headers });
  const { url } = destination.parse(await response.json());
  const landed = await typePassword(context, await context.request.get(url), "carol");
  expect(pathOf(landed)).toBe(profile);
});

for (const [callbackUrl, expected] of [
  ["/bye?really=1", "/bye?really=1"],
  ["https://evil.example/bye", "/"],
  ["//evil.example", "/"],
  ["/api/auth/signout", "/"],
] as const)
  test(`signing out with callbackUrl=${callbackUrl} ends on ${expected}, and Logto's session ends`, async ({
    context,
    page,
    stage,
  }) => {
    await signIn(page, "bob");
    const form = { ...(await csrfForm(context)), callbackUrl };
    const headers = { "x-auth-return-redirect": "1" };
    const response = await context.request.post("/api/auth/signout", { form, headers });
    const { url } = destination.parse(await response.json());
    await page.goto(url);
    await expect(page).toHaveURL(stage.url + expected);
    await page.goto(profile);
    await goToLogto(page);
  });

test("in a tab that is older than the running build, signing in and out work", async ({
  page,
  stage,
}) => {
  // The server would not know the server actions of the tab's build.
  await page.route("**", (route) =>
    "next-action" in route.request().headers() ? route.abort() : route.continue(),
  );
  await page.goto(profile);
  await goToLogto(page);
  await typeCredentials(page, "alice");
  await expect(page).toHaveURL(stage.url + profile);
  await signOut(page);
  await expect(page.getByText("You are signed out")).toBeVisible();
});
