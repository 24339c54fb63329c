import { randomBytes } from "node:crypto";
import { expect, type APIResponse, type BrowserContext } from "@playwright/test";
import { z } from "zod";
import { devClient, seedPassword, seedPeople } from "../../dev/identity/seed";
import { defaultSettings } from "../../dev/identity/settings";
import { test as base } from "./fixtures";
import { controlOf, type IdentityControl } from "./identity-control";
import { startPair, type Pair } from "./servers";

export { expect };

/** An app and a stand-in to be disturbed: one pair for each worker, put in order again for each test. */
export interface Stage {
  url: string;
  control: IdentityControl;
  /** The app's AUTH_SECRET, to read and make session cookies with. */
  secret: string;
  /** What the app has printed since this test began. */
  log(): string;
}

export const test = base.extend<{ stage: Stage }, { pair: Pair & { secret: string } }>({
  pair: [
    async ({}, use) => {
      const secret = randomBytes(32).toString("base64");
      const pair = await startPair({ AUTH_SECRET: secret });
      await use({ ...pair, secret });
      await pair.stop();
    },
    { scope: "worker" },
  ],
  stage: async ({ pair }, use) => {
    const control = controlOf(pair.identity.endpoint);
    await control.clearFaults();
    await control.change(defaultSettings);
    for (const { id, roles } of seedPeople) await control.changeUser(id, { roles, suspended: false });
    await control.forgetRequests();
    const begun = pair.app.log().length;
    const log = () => pair.app.log().slice(begun);
    await use({ url: pair.app.url, control, secret: pair.secret, log });
    await expectNothingSecret(log(), { control, secret: pair.secret });
  },
  baseURL: async ({ pair }, use) => {
    await use(pair.app.url);
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

/** What a browser sends with a click on a link, in place of what a script's fetch does. */
const navigation = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

/** Opens a page as a browser would, without drawing it. */
export async function visit(
  context: BrowserContext,
  path: string,
  options: { maxRedirects?: number } = {},
): Promise<APIResponse> {
  return context.request.get(path, { headers: navigation, ...options });
}

const csrf = z.object({ csrfToken: z.string() });

/** Begins a sign-in by Auth.js's own route. Follows to Logto's sign-in page, or as far as it is let. */
export async function beginSignIn(
  context: BrowserContext,
  callbackUrl: string,
  { maxRedirects = 10, origin = "" } = {},
): Promise<APIResponse> {
  const { csrfToken } = csrf.parse(await (await context.request.get(`${origin}/api/auth/csrf`)).json());
  const form = { csrfToken, callbackUrl };
  return context.request.post(`${origin}/api/auth/signin/logto`, { form, maxRedirects });
}

/** Types somebody's password into Logto's sign-in page. Follows to where it ends, or as far as it is let. */
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

/** Nobody is signed in: not for scripts, not for handlers, not for pages. */
export async function expectSignedOut(context: BrowserContext, origin = ""): Promise<void> {
  const { request } = context;
  expect(await (await request.get(`${origin}/api/auth/session`)).json()).toBeNull();
  expect((await request.get(`${origin}/api/auth/check`)).status()).toBe(401);
  const page = await visit(context, `${origin}/dashboard`, { maxRedirects: 0 });
  expect(page.status()).toBe(307);
}

/** The answer is the sign-in page, which explains what happened. */
export async function expectExplained(response: APIResponse, title: string | RegExp): Promise<string> {
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
