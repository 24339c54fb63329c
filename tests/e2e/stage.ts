import { expect, type APIResponse, type BrowserContext, type Page } from "@playwright/test";
import { z } from "zod";
import { devClient } from "../../dev/stand-in";
import { seedPassword } from "../../packages/logto-stand-in/src/seed";
import { test as base } from "./fixtures";
import { type StandInControl } from "../../packages/logto-stand-in/src/testing";
import { type SessionApp } from "./session-cookie";

export { expect };

/** The worker's app and stand-in. A test may disturb the stand-in; it is reset before each test. */
export interface Stage extends SessionApp {
  control: StandInControl;
  /** The app's output since this test began. */
  log(): string;
}

export const test = base.extend<{ stage: Stage }>({
  stage: async ({ app, identity: control }, use) => {
    const { url, secret, storage } = app;
    const logStart = app.log().length;
    const log = () => app.log().slice(logStart);
    await use({ url, secret, storage, control, log });
    await expectNothingSecret(log(), { control, secret });
  },
});

/** Expects a page or a log to contain no token, no code, no secret and no stack trace. */
export async function expectNothingSecret(
  text: string,
  { control, secret }: Pick<Stage, "control" | "secret">,
): Promise<void> {
  const issued = await control.issued();
  const found = issued.filter(({ value }) => text.includes(value)).map(({ kind }) => kind);
  expect(found, "tokens in the text").toEqual([]);
  expect(text).not.toContain(secret);
  expect(text, "a stack trace").not.toMatch(/^\s+at \S+.*[:(]\d*/m);
  expect(text, "a stack trace").not.toMatch(/node_modules|webpack-internal|\.next\/server/);
}

/** Sends a request to Logto with the app's credentials, but not from the app. */
export async function postAsApp(
  control: StandInControl,
  path: string,
  form: Record<string, string>,
): Promise<Response> {
  const { clientId, clientSecret } = devClient;
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  const body = new URLSearchParams(form);
  return fetch(`${control.issuer}/${path}`, { method: "POST", headers: { authorization }, body });
}

/**
 * Headers that a browser sends with a request from another site's page. The cookies are those of
 * the test.
 */
export const crossSite = {
  origin: "https://evil.example",
  referer: "https://evil.example/",
  "sec-fetch-site": "cross-site",
};

/** Headers that a browser sends when the user follows a link, unlike those of a script's fetch. */
export const navigation = {
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

const csrf = z.object({ csrfToken: z.string() });

/** The field that a form for Auth.js's own routes must have. */
export async function csrfForm(
  { request }: BrowserContext,
  origin = "",
): Promise<{ csrfToken: string }> {
  return csrf.parse(await (await request.get(`${origin}/api/auth/csrf`)).json());
}

/**
 * Starts a sign-in with Auth.js's own route. Follows the redirects to Logto's sign-in page, or as
 * many as `maxRedirects`.
 */
export async function beginSignIn(
  context: BrowserContext,
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
  context: BrowserContext,
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
  context: BrowserContext,
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
 * @param options `app`: origin of an app other than the worker's; `to`: the page to open
 */
export async function signIn(
  page: Page,
  username: string,
  { app = "", to = "/dashboard" } = {},
): Promise<void> {
  await signInByRequests(page.context(), username, { to, origin: app });
  await page.goto(app + to);
}

/**
 * The paths of Logto's pages, such as the one for the password, that a browser opens from now on.
 */
export function pagesOfLogto(page: Page, { endpoint }: StandInControl): string[] {
  const opened: string[] = [];
  page.on("framenavigated", (frame) => {
    const { origin, pathname } = new URL(frame.url());
    if (origin === endpoint) opened.push(pathname);
  });
  return opened;
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
  expect(titleOf(page)).toMatch(title);
  return page;
}

/** The title of the alert on a page. */
const titleOf = (page: string) =>
  /role="(?:alert|status)".*?<\/svg>.*?<p[^>]*>(.*?)<\/p>/s.exec(page)?.[1] ?? "";
