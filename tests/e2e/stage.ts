import { expect, type APIResponse, type BrowserContext, type Page } from "@playwright/test";
import { z } from "zod";
import { devClient, seedPassword } from "../../dev/identity/seed";
import { test as base } from "./fixtures";
import { type IdentityControl } from "./identity-control";
import { type SessionApp } from "./session-cookie";

export { expect };

/** The worker's app and stand-in, to be disturbed: they are put in order again for each test. */
export interface Stage extends SessionApp {
  control: IdentityControl;
  /** What the app has printed since this test began. */
  log(): string;
}

export const test = base.extend<{ stage: Stage }>({
  stage: async ({ app, identity: control }, use) => {
    const { url, secret, storage } = app;
    const begun = app.log().length;
    const log = () => app.log().slice(begun);
    await use({ url, secret, storage, control, log });
    await expectNothingSecret(log(), { control, secret });
  },
});

/** Nobody's token, code or secret is in a text, and no stack trace: for pages and logs alike. */
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

/** A request of the app to Logto that did not come from the app. */
export async function postAsApp(
  control: IdentityControl,
  path: string,
  form: Record<string, string>,
): Promise<Response> {
  const { clientId, clientSecret } = devClient;
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  const body = new URLSearchParams(form);
  return fetch(`${control.issuer}/${path}`, { method: "POST", headers: { authorization }, body });
}

/**
 * What a browser says of a request that another site's page makes it send. The cookies that it
 * sends along are the test's.
 */
export const crossSite = {
  origin: "https://evil.example",
  referer: "https://evil.example/",
  "sec-fetch-site": "cross-site",
};

/** What a browser sends with a click on a link, in place of what a script's fetch does. */
const navigation = {
  accept: "text/html",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
};

/** Opens a page as a browser would, without drawing it. */
export async function visit(
  context: BrowserContext,
  path: string,
  options: { maxRedirects?: number } = {},
): Promise<APIResponse> {
  return context.request.get(path, { headers: navigation, ...options });
}

const csrf = z.object({ csrfToken: z.string() });

/** What a browser's form for Auth.js's own routes has to have. */
export async function csrfForm(
  { request }: BrowserContext,
  origin = "",
): Promise<{ csrfToken: string }> {
  return csrf.parse(await (await request.get(`${origin}/api/auth/csrf`)).json());
}

/**
 * Begins a sign-in by Auth.js's own route. Follows to Logto's sign-in page, or as far as it is let.
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
 * Types somebody's password into Logto's sign-in page. Follows to where it ends, or as far as it is
 * let.
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

/** Signs in without drawing a page. */
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
 * Signs in without drawing Logto's pages, and opens the page that is asked for.
 *
 * @param username of a seeded person, or of one that was added
 * @param options `app`: origin of an app other than the shared one; `to`: the page to open
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
export function pagesOfLogto(page: Page, { endpoint }: IdentityControl): string[] {
  const opened: string[] = [];
  page.on("framenavigated", (frame) => {
    const { origin, pathname } = new URL(frame.url());
    if (origin === endpoint) opened.push(pathname);
  });
  return opened;
}

/** Nobody is signed in: not for scripts, not for handlers, not for pages. */
export async function expectSignedOut(context: BrowserContext, origin = ""): Promise<void> {
  const { request } = context;
  expect(await (await request.get(`${origin}/api/auth/session`)).json()).toBeNull();
  expect((await request.get(`${origin}/api/auth/check`)).status()).toBe(401);
  const page = await visit(context, `${origin}/dashboard`, { maxRedirects: 0 });
  expect(page.status()).toBe(307);
}

/** The answer is the sign-in page, which explains what happened. */
export async function expectExplained(
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
