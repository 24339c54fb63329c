import { acme } from "../../packages/logto-stand-in/src/seed";
import { expect, test } from "./fixtures";
import { sendRaw } from "./raw-request";
import { signInByRequests } from "./requests";
import { sessionValue } from "./session-cookie";

/** Of each kind; the unit test has more. */
const malformed = ["%zz", "%", "x%ff.json"];

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
  const cookie = `authjs.session-token=${await sessionValue(context)}`;
  const statusOf = async (path: string, headers = {}, method = "GET") =>
    (await sendRaw(stage.url, path, { method, headers })).resume().statusCode;
  for (const folder of folders) {
    for (const segment of malformed) {
      const path = folder + segment;
      const statuses = [
        await statusOf(path),
        await statusOf(path, { cookie }),
        await statusOf(`${path}?_rsc=1`, { cookie, rsc: "1" }),
        await statusOf(path, { cookie }, "POST"),
      ];
      expect(statuses, path).toEqual([404, 404, 404, 404]);
    }
    // Encoded twice, it is a valid name with a percent sign in it.
    const path = `${folder}%25zz`;
    expect(await statusOf(path, { cookie }), path).toBeLessThan(500);
  }
  expect(await statusOf("/_next/image?url=%2F%25zz&w=64&q=75")).toBe(404);
  expect(stage.log()).not.toContain("malformed");
});

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
const cookieNames =
  "authjs.session-token authjs.session-token.0 authjs.csrf-token authjs.callback-url authjs.state " +
  "authjs.nonce authjs.pkce.code_verifier other %zz __prerender_bypass";

test("malformed queries, cookies and forms cause no server error", async ({ stage }) => {
  const expectNoError = async (path: string, init: RequestInit = {}) => {
    const { status } = await fetch(stage.url + path, { ...init, redirect: "manual" });
    expect(status, `${path} ${JSON.stringify(init)}`).toBeLessThan(500);
  };
  for (const query of queries) await expectNoError(query);
  for (const name of cookieNames.split(" ")) {
    const headers = { cookie: `${name}=%E0%A4%A; ${name}=%`, accept: "text/html" };
    for (const path of ["/dashboard", "/sign-in", "/api/auth/session", "/api/auth/csrf"])
      await expectNoError(path, { headers });
  }
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const body = "callbackUrl=%zz&logout_token=%E0%A4%A&csrfToken=%";
  for (const path of ["signin/logto", "signout", "backchannel-logout"])
    await expectNoError(`/api/auth/${path}`, { method: "POST", headers, body });
  await expectNoError("/sign-in", { method: "POST", headers, body });
});
