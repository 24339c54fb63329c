import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { BrowserContext } from "@playwright/test";
import { readSession, writtenSessionCookies } from "./session-cookie";
import { beginSignIn, csrfForm, expect, signInByRequests, type Stage, test, visit } from "./stage";

/** What a browser says of a request that another site's page makes it send. The cookies that it sends along are the test's. */
const crossSite = {
  origin: "https://evil.example",
  referer: "https://evil.example/",
  "sec-fetch-site": "cross-site",
};

const form = { callbackUrl: "/profile", csrfToken: "made-up" };

/** Every handler that changes something, as another site's form could call it, and the answer. */
const handlers: Record<string, { file: string; status: number; location?: RegExp }> = {
  "/api/auth/signin/logto": { file: "auth/[...nextauth]", status: 302, location: /\/sign-in\?.*error=/ },
  "/api/auth/signout": { file: "auth/[...nextauth]", status: 302, location: /\/sign-in\?.*error=/ },
  "/api/auth/session": { file: "auth/[...nextauth]", status: 400 },
  "/api/auth/callback/logto": { file: "auth/[...nextauth]", status: 302, location: /\/sign-in\?.*error=/ },
  "/api/auth/backchannel-logout": { file: "auth/backchannel-logout", status: 400 },
  "/api/proxy/items": { file: "proxy/[...path]", status: 404 },
};

/** The session is the one that it was, its grant too, and Logto was not asked for anything. */
async function expectUntouched(context: BrowserContext, stage: Stage, sid: string): Promise<void> {
  expect((await context.request.get("/api/auth/check")).status()).toBe(200);
  expect((await readSession(context, stage)).sid).toBe(sid);
  const { byEndpoint } = await stage.control.requests();
  expect(byEndpoint).not.toMatchObject({ revocation: expect.any(Number) });
  expect(byEndpoint).not.toMatchObject({ token: expect.any(Number) });
}

test("no handler does anything for another site's page", async ({ context, stage }) => {
  await signInByRequests(context, "alice");
  const { sid } = await readSession(context, stage);
  await stage.control.forgetRequests();
  for (const [path, { status, location }] of Object.entries(handlers)) {
    const response = await context.request.post(path, { form, headers: crossSite, maxRedirects: 0 });
    expect([path, response.status()]).toEqual([path, status]);
    if (location) expect(response.headers().location).toMatch(location);
    expect(writtenSessionCookies(response), path).toEqual([]);
  }
  await expectUntouched(context, stage, sid);
});

test("the list above has every handler that takes more than GET", async () => {
  const api = fileURLToPath(new URL("../../app/api", import.meta.url));
  const files = (await readdir(api, { recursive: true })).filter((file) => /route\.tsx?$/.test(file));
  const writing = await Promise.all(
    files.map(async (file) => /\b(POST|PUT|PATCH|DELETE)\b/.test(await readFile(`${api}/${file}`, "utf8"))),
  );
  const found = files.filter((_, index) => writing[index]).map((file) => file.replace(/\/route\.tsx?$/, ""));
  expect(new Set(found)).toEqual(new Set(Object.values(handlers).map(({ file }) => file)));
});

/** Pages with forms whose action changes something. */
const pages = ["/dashboard", "/profile", "/account", "/account/sessions"];

/** The names of the fields by which a page's forms, sent without JavaScript, name their server actions. */
async function actionsOf(context: BrowserContext, path: string): Promise<Record<string, string>[]> {
  const html = await (await visit(context, path)).text();
  return [...html.matchAll(/<form.*?<\/form>/gs)]
    .map(([body]) => {
      const inputs = body.matchAll(/<input type="hidden" name="(\$ACTION[^"]*)"(?: value="([^"]*)")?/g);
      return Object.fromEntries([...inputs].map(([, name = "", value = ""]) => [name, value]));
    })
    .filter((fields) => Object.keys(fields).length > 0);
}

test("no server action runs for another site's page", async ({ context, stage }) => {
  await signInByRequests(context, "alice");
  const { sid } = await readSession(context, stage);
  let tried = 0;
  for (const path of pages) {
    for (const multipart of await actionsOf(context, path)) {
      await stage.control.forgetRequests();
      for (const origin of [crossSite.origin, "null"]) {
        const headers = { ...crossSite, origin };
        const response = await context.request.post(path, { multipart, headers, maxRedirects: 0 });
        expect([path, response.status(), response.headers().location]).toEqual([path, 500, undefined]);
        tried += 1;
      }
      await expectUntouched(context, stage, sid);
    }
  }
  expect(tried).toBeGreaterThan(8);
});

test("the same form from our own page does run", async ({ context, stage }) => {
  await signInByRequests(context, "alice");
  const [multipart = {}] = await actionsOf(context, "/dashboard");
  const headers = { origin: stage.url, "sec-fetch-site": "same-origin" };
  const response = await context.request.post("/dashboard", { multipart, headers, maxRedirects: 0 });
  expect(response.status()).toBe(303);
  expect((await context.request.get("/api/auth/check")).status()).toBe(401);
});

test("nobody can be signed in by another site's page", async ({ context, stage }) => {
  const [multipart = {}] = await actionsOf(context, "/sign-in");
  const response = await context.request.post("/sign-in", { multipart, headers: crossSite, maxRedirects: 0 });
  expect([response.status(), response.headers().location]).toEqual([500, undefined]);
  expect((await stage.control.requests()).byEndpoint.authorization).toBeUndefined();
});

test("signing out by Auth.js's own route leads to Logto and back here, whatever the callbackUrl", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  const form = { ...(await csrfForm(context)), callbackUrl: "https://evil.example/" };
  const response = await context.request.post("/api/auth/signout", { form, maxRedirects: 0 });
  const location = new URL(response.headers().location ?? "");
  expect(location.href).toContain(`${stage.control.issuer}/session/end?`);
  expect(location.searchParams.get("post_logout_redirect_uri")).toBe(`${stage.url}/`);
});

test("Auth.js's other routes redirect nowhere else", async ({ context, stage }) => {
  const evil = encodeURIComponent("https://evil.example/");
  for (const route of ["signin", "signin/logto", "signout", "error", "verify-request", "callback/logto"]) {
    const url = `/api/auth/${route}?callbackUrl=${evil}&redirectTo=${evil}&url=${evil}`;
    const { location = "/" } = (await visit(context, url, { maxRedirects: 0 })).headers();
    expect(new URL(location, stage.url).origin, route).toBe(stage.url);
  }
  const begun = await beginSignIn(context, "https://evil.example/", { maxRedirects: 0 });
  const { origin, searchParams } = new URL(begun.headers().location ?? "");
  expect(origin).toBe(stage.control.endpoint);
  expect(searchParams.get("redirect_uri")).toBe(`${stage.url}/api/auth/callback/logto`);
});
