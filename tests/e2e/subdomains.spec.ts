import type { Page } from "@playwright/test";
import { findBrowser } from "../run/browser";
import { closeServer, listen } from "../../packages/logto-stand-in/src/listen";
import { expect, test as base } from "./fixtures";
import { sessionCookies } from "./session-cookie";
import { signInByHand, signOut } from "./steps";
import { resolverRules, startSubdomains, type Subdomains } from "./subdomains";

const test = base.extend<object, { site: Subdomains; otherOrigin: string }>({
  site: [
    async ({ newStorage }, use) => {
      const site = await startSubdomains(await newStorage());
      await use(site);
      await site.stop();
    },
    { scope: "worker" },
  ],
  pair: [async ({ site }, use) => use(site), { scope: "worker" }],
  /** A sibling that is not listed. To a browser it is the same site, so it gets the cookies. */
  otherOrigin: [
    async ({}, use) => {
      const { port, servers } = await listen(0, (_, response) =>
        response.end("<title>Other</title>"),
      );
      await use(`http://other.starter.test:${port}`);
      await Promise.all(servers.map(closeServer));
    },
    { scope: "worker" },
  ],
});

const { executablePath, args = [] } = findBrowser() ?? {};
test.use({
  launchOptions: { args: [...args, resolverRules], ...(executablePath && { executablePath }) },
});
// The tests use the same servers.
test.describe.configure({ mode: "default" });

/** The response that a page's script gets. Status 0 if the browser withholds it. */
function fetchIn(page: Page, url: string, init: RequestInit = {}) {
  return page.evaluate(
    async ([url, init]) => {
      try {
        const response = await fetch(url, init);
        const body: unknown = response.status === 204 ? null : await response.json();
        return { status: response.status, body };
      } catch {
        return { status: 0, body: null };
      }
    },
    [url, init] as const,
  );
}

const credentials = "include";
const json = (method: string, body?: object): RequestInit => ({
  method,
  credentials,
  headers: { "content-type": "application/json" },
  ...(body && { body: JSON.stringify(body) }),
});

test(
  "a page calls the API on the other subdomain, with its cookie and through the app's proxy",
  { tag: "@once" },
  async ({ context, page, site: { app, api } }) => {
    await page.goto("/");
    expect(await fetchIn(page, `${api.url}/me`, { credentials })).toMatchObject({
      status: 401,
      body: { message: "No session token" },
    });
    expect(await fetchIn(page, "/api/proxy/me")).toMatchObject({ status: 401 });

    await signInByHand(page, "alice", "/dashboard");
    const alice = { via: "session", subject: "k3v9t2m8qx1a", name: "Alice Kim", roles: ["admin"] };
    expect(await fetchIn(page, `${api.url}/me`, { credentials })).toEqual({
      status: 200,
      body: expect.objectContaining(alice),
    });
    const proxied = {
      via: "bearer",
      subject: "k3v9t2m8qx1a",
      scopes: expect.arrayContaining(["read", "write"]),
    };
    expect(await fetchIn(page, "/api/proxy/me")).toEqual({ status: 200, body: proxied });
    expect(await fetchIn(page, `${api.url}/me`), "without credentials").toMatchObject({
      status: 401,
    });

    const url = `${api.url}/products`;
    const tea = await fetchIn(page, url, json("POST", { name: "Tea", price: 450 }));
    expect(tea.status).toBe(201);
    const one = `${url}/${String(Reflect.get(Object(tea.body), "id"))}`;
    expect((await fetchIn(page, one, json("PUT", { name: "Rooibos", price: 400 }))).status).toBe(
      200,
    );
    expect((await fetchIn(page, one, json("PATCH", { price: 500 }))).body).toMatchObject({
      name: "Rooibos",
      price: 500,
    });
    expect((await fetchIn(page, "/api/proxy/products")).body).toMatchObject([
      { name: "Rooibos", price: 500 },
    ]);
    expect((await fetchIn(page, one, json("DELETE"))).status).toBe(204);

    // A cookie of the same name that the browser has from elsewhere.
    const [{ name } = { name: "" }] = await sessionCookies(context);
    await context.addCookies([{ name, value: "old", url: api.url }]);
    expect(await fetchIn(page, `${api.url}/me`, { credentials })).toEqual({
      status: 200,
      body: expect.objectContaining(alice),
    });
    expect(api.log()).not.toContain(app.secret);
  },
);

test(
  "a third origin gets no response, and changes nothing",
  { tag: "@once" },
  async ({ page, site: { api }, otherOrigin }) => {
    await signInByHand(page, "bob", "/dashboard");
    await page.goto(otherOrigin);
    expect(await fetchIn(page, `${api.url}/me`, { credentials })).toEqual({
      status: 0,
      body: null,
    });
    for (const method of ["POST", "PUT", "PATCH", "DELETE"])
      expect((await fetchIn(page, `${api.url}/products`, json(method))).status).toBe(0);

    // A request that needs no preflight arrives, so the API must reject it.
    const rejected = page.waitForResponse(`${api.url}/products`);
    await page.evaluate((action) => {
      const form = Object.assign(document.createElement("form"), { method: "post", action });
      document.body.append(form);
      form.submit();
    }, `${api.url}/products`);
    // The browser sent the cookie. Without it the message would say that there is none.
    expect(await (await rejected).json()).toEqual({
      statusCode: 403,
      message: "Not from this site",
    });
  },
);

test("after signing out, the API rejects the session if it is a row", async ({
  context,
  page,
  mode,
  site: { api },
}) => {
  await signInByHand(page, "alice", "/dashboard");
  const saved = await sessionCookies(context);
  expect(saved).toContainEqual(
    expect.objectContaining({ domain: ".starter.test", httpOnly: true, sameSite: "Lax" }),
  );
  expect((await fetchIn(page, `${api.url}/me`, { credentials })).status).toBe(200);
  await signOut(page);
  expect((await fetchIn(page, `${api.url}/me`, { credentials })).body).toMatchObject({
    message: "No session token",
  });

  await context.addCookies(saved);
  const { status, body } = await fetchIn(page, `${api.url}/me`, { credentials });
  // A cookie that holds the session itself is valid at the API until it expires (see the README of
  // the API server).
  if (mode === "database")
    expect([status, body]).toEqual([401, expect.objectContaining({ message: "Invalid session" })]);
  else expect(status).toBe(200);
});
