import { expect, type APIResponse, type BrowserContext, type Page } from "@playwright/test";
import { z } from "zod";
import { seedPassword } from "../../packages/logto-stand-in/src/seed";

/**
 * Headers that a browser sends with a request from another site's page. The cookies are those of
 * the test.
 */
export const crossSite = {
  origin: "https://evil.example",
  referer: "https://evil.example/",
  "sec-fetch-site": "cross-site",
};

/** A browser's cookies, or those of a client without a browser. */
type Requester = Pick<BrowserContext, "request">;

/** Headers that a browser sends when the user follows a link, unlike those of a script's fetch. */
const navigation = {
  accept: "text/html",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
};

/** Requests a page as a browser would, without rendering it. */
export async function visit(
  context: BrowserContext,
  path: string,
  options: { maxRedirects?: number } = {},
): Promise<APIResponse> {
  return context.request.get(path, { headers: navigation, ...options });
}

/** A response's final path and query. */
export const pathOf = (response: APIResponse): string =>
  response.url().replace(new URL(response.url()).origin, "");

const csrf = z.object({ csrfToken: z.string() });

/** The field that a form for Auth.js's own routes must have. */
export async function csrfForm(
  { request }: Requester,
  origin = "",
): Promise<{ csrfToken: string }> {
  return csrf.parse(await (await request.get(`${origin}/api/auth/csrf`)).json());
}

/** Signs out with Auth.js's own route. @returns its response, which redirects to Logto */
export async function signOutByRequest(context: BrowserContext, origin = ""): Promise<APIResponse> {
  const form = await csrfForm(context, origin);
  return context.request.post(`${origin}/api/auth/signout`, { form, maxRedirects: 0 });
}

/**
 * Starts a sign-in with Auth.js's own route. Follows the redirects to Logto's sign-in page, or as
 * many as `maxRedirects`.
 */
export async function beginSignIn(
  context: Requester,
  callbackUrl: string,
  { maxRedirects = 10, origin = "" } = {},
): Promise<APIResponse> {
  const form = { ...(await csrfForm(context, origin)), callbackUrl };
  return context.request.post(`${origin}/api/auth/signin/logto`, { form, maxRedirects });
}

/**
 * Submits a person's password on Logto's sign-in page. Follows all redirects, or as many as
 * `maxRedirects`.
 */
export async function typePassword(
  context: Requester,
  signInPage: APIResponse,
  username: string,
  { maxRedirects = 10 } = {},
): Promise<APIResponse> {
  const form = { identifier: username, password: seedPassword };
  return context.request.post(`${signInPage.url()}/sign-in`, { form, maxRedirects });
}

/**
 * Submits Bob's password on Logto's sign-in page and follows the redirects up to the app's callback.
 *
 * @returns the callback's URL, not yet followed
 */
export async function callbackOf(context: BrowserContext, signInPage: APIResponse): Promise<URL> {
  let response = await typePassword(context, signInPage, "bob", { maxRedirects: 0 });
  for (;;) {
    const { location } = response.headers();
    if (!location)
      throw new Error(`${response.url()} responded ${response.status()} without a redirect`);
    const url = new URL(location, response.url());
    if (url.pathname.startsWith("/api/auth/callback/")) return url;
    response = await context.request.get(url.href, { maxRedirects: 0 });
  }
}

/** Signs in without rendering a page. */
export async function signInByRequests(
  context: Requester,
  username: string,
  { to = "/dashboard", origin = "" } = {},
): Promise<APIResponse> {
  const landed = await typePassword(context, await beginSignIn(context, to, { origin }), username);
  expect(landed.status()).toBe(200);
  expect(new URL(landed.url()).pathname).toBe(to);
  return landed;
}

/**
 * Signs in without rendering Logto's pages, and opens a page of the app.
 *
 * @param username of a seeded person or an added one
 * @param options `origin`: of an app other than the worker's; `to`: the page to open
 */
export async function signIn(
  page: Page,
  username: string,
  { origin = "", to = "/dashboard" } = {},
): Promise<void> {
  await signInByRequests(page.context(), username, { to, origin });
  await page.goto(origin + to);
}

/** Expects that the next request is one of a signed-in user. */
export async function expectSignedIn({ request }: BrowserContext, origin = ""): Promise<void> {
  expect((await request.get(`${origin}/api/auth/check`)).status()).toBe(200);
}

/** Expects the browser to be signed out for scripts, for handlers and for pages. */
export async function expectSignedOut(context: BrowserContext, origin = ""): Promise<void> {
  const { request } = context;
  expect(await (await request.get(`${origin}/api/auth/session`)).json()).toBeNull();
  expect((await request.get(`${origin}/api/auth/check`)).status()).toBe(401);
  const page = await visit(context, `${origin}/dashboard`, { maxRedirects: 0 });
  expect(page.status()).toBe(307);
}

/**
 * Expects the response to be the sign-in page with an alert.
 *
 * @param title of the alert
 * @returns the page's HTML
 */
export async function expectSignInMessage(
  response: APIResponse,
  title: string | RegExp,
): Promise<string> {
  const page = await response.text();
  expect(new URL(response.url()).pathname).toBe("/sign-in");
  expect(response.status()).toBe(200);
  expect(response.headers()["content-type"]).toContain("text/html");
  const [, shown = ""] = /role="(?:alert|status)".*?<\/svg>.*?<p[^>]*>(.*?)<\/p>/s.exec(page) ?? [];
  expect(shown).toMatch(title);
  return page;
}
