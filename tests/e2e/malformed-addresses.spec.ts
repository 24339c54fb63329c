import { request } from "node:http";
import { acme } from "../../packages/logto-stand-in/src/seed";
import { expect, signInByRequests, test } from "./stage";
import { sessionCookies } from "./session-cookie";

const malformed = ["%E0%A4%A", "%zz", "%", "%c0%ae", "%ed%a0%80", "x%ff.json"];

/**
 * Folders of pages, handlers and files, with and without route parameters, in and out of the
 * matcher of middleware.
 */
const folders = [
  "/",
  "/dashboard/",
  "/organizations/",
  `/organizations/${acme.id}/`,
  "/api/proxy/",
  "/api/proxy/items/",
  "/api/auth/",
  "/api/auth/callback/",
  "/api/health/",
  "/_next/static/chunks/",
  "/_next/data/",
  "/no/such/",
];

test("a malformed address is a 404", async ({ context, stage }) => {
  await signInByRequests(context, "alice");
  const cookie = (await sessionCookies(context))
    .map(({ name, value }) => `${name}=${value}`)
    .join("; ");
  // Sends the path unchanged: a browser's address bar and `fetch` would normalize some of them.
  const statusOf = (path: string, method = "GET", headers = {}) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { port } = new URL(stage.url);
      request({ port, path, method, headers }, (response) => resolve(response.resume().statusCode))
        .on("error", reject)
        .end();
    });
  for (const folder of folders) {
    for (const segment of malformed) {
      const path = folder + segment;
      const statuses = [
        await statusOf(path),
        await statusOf(path, "GET", { cookie }),
        await statusOf(`${path}?_rsc=1`, "GET", { cookie, rsc: "1" }),
        await statusOf(path, "POST", { cookie }),
      ];
      expect(statuses, path).toEqual([404, 404, 404, 404]);
    }
    // Encoded twice, it is a valid name with a percent sign in it.
    const path = `${folder}%25zz`;
    expect(await statusOf(path, "GET", { cookie }), path).toBeLessThan(500);
  }
  expect(await statusOf("/_next/image?url=%2F%25zz&w=64&q=75")).toBe(404);
  expect(stage.log()).not.toContain("malformed");
});

test("malformed queries, cookies and forms cause no server error", async ({ context, stage }) => {
  await signInByRequests(context, "alice");
  const queries = [
    "/?a=%zz",
    "/sign-in?callbackUrl=%E0%A4%A&error=%ff",
    "/dashboard?%zz=%ff",
    "/profile?tab=%c0%ae",
    "/account?error=%E0%A4%A",
    "/api/auth/session?x=%zz",
    "/api/auth/error?error=%zz",
    "/api/auth/signin?callbackUrl=%E0%A4%A",
    "/api/auth/callback/logto?code=%zz&state=%ff",
    "/api/proxy/items?q=%zz",
    "/api/auth/check?%",
  ];
  for (const query of queries) {
    const { status } = await fetch(stage.url + query, { redirect: "manual" });
    expect(status, query).toBeLessThan(500);
  }
  const names = [
    "session-token",
    "session-token.0",
    "csrf-token",
    "callback-url",
    "state",
    "nonce",
    "pkce.code_verifier",
  ];
  for (const name of [
    ...names.map((each) => `authjs.${each}`),
    "other",
    "%zz",
    "__prerender_bypass",
  ]) {
    const headers = { cookie: `${name}=%E0%A4%A; ${name}=%`, accept: "text/html" };
    for (const path of ["/dashboard", "/sign-in", "/api/auth/session", "/api/auth/csrf"]) {
      const { status } = await fetch(stage.url + path, { headers, redirect: "manual" });
      expect(status, `${name} at ${path}`).toBeLessThan(500);
    }
  }
  const form = {
    method: "POST",
    redirect: "manual",
    body: "callbackUrl=%zz&logout_token=%E0%A4%A&csrfToken=%",
  } as const;
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  for (const path of [
    "/api/auth/signin/logto",
    "/api/auth/signout",
    "/api/auth/backchannel-logout",
    "/sign-in",
  ]) {
    const { status } = await fetch(stage.url + path, { ...form, headers });
    expect(status, path).toBeLessThan(500);
  }
});
