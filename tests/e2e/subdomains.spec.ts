import type { Page } from "@playwright/test";
import { findBrowser } from "../run/browser";
import { appClient, appVariables } from "../../dev/stand-in";
import { apiResources } from "../../packages/logto-stand-in/src/seed";
import { expect, test as base } from "./fixtures";
import { type NestApi, startNestApi } from "./nest-api";
import { freePort, startPair } from "./servers";
import { sessionCookies } from "./session-cookie";
import { signInByHand, signOut } from "./steps";

const shared = {
  AUTH_COOKIE_DOMAIN: "starter.test",
  API_RESOURCE: apiResources[0]?.indicator,
};

/** The app on one subdomain and the API server on another, which share the session cookie. */
const test = base.extend<object, { api: NestApi; apiPort: number }>({
  apiPort: [async ({}, use) => use(await freePort()), { scope: "worker" }],
  pair: [
    async ({ apiPort, newStorage }, use) => {
      const port = await freePort();
      const url = `http://app.starter.test:${port}`;
      const pair = await startPair(
        { ...shared, AUTH_URL: url, API_URL: `http://localhost:${apiPort}` },
        {
          port,
          storage: await newStorage(),
          // The stand-in can't resolve the app's host name: only the browser can.
          client: {
            ...appClient(url),
            backchannelLogoutUri: `http://localhost:${port}/api/auth/backchannel-logout`,
          },
        },
      );
      await use({ ...pair, app: { ...pair.app, url } });
      await pair.stop();
    },
    { scope: "worker" },
  ],
  api: [
    async ({ apiPort, pair: { app, identity } }, use) => {
      const api = await startNestApi({
        ...shared,
        ...appVariables(identity.issuer),
        ...app.storage.variables,
        AUTH_URL: app.url,
        AUTH_SECRET: app.secret,
        PORT: String(apiPort),
      });
      await use({ ...api, url: `http://api.starter.test:${apiPort}` });
      await api.stop();
    },
    { scope: "worker" },
  ],
});

const { executablePath, args = [] } = findBrowser() ?? {};
const resolverRules = "--host-resolver-rules=MAP *.starter.test 127.0.0.1";
test.use({
  launchOptions: { args: [...args, resolverRules], ...(executablePath && { executablePath }) },
});
// The tests use the same servers.
test.describe.configure({ mode: "default" });

/** The response that a page's script gets. */
function fetchIn(page: Page, url: string, init: RequestInit = {}) {
  return page.evaluate(
    async ([url, init]) => {
      const response = await fetch(url, init);
      const body: unknown = response.status === 204 ? null : await response.json();
      return { status: response.status, body };
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
  async ({ context, page, app, api }) => {
    const me = `${api.url}/me`;
    await page.goto("/");
    for (const url of [me, "/api/proxy/me"])
      expect(await fetchIn(page, url, { credentials })).toMatchObject({ status: 401 });

    await signInByHand(page, "alice", "/dashboard");
    const alice = { via: "session", subject: "k3v9t2m8qx1a", name: "Alice Kim", roles: ["admin"] };
    const expectAlice = async () =>
      expect(await fetchIn(page, me, { credentials })).toMatchObject({ status: 200, body: alice });
    await expectAlice();
    expect(await fetchIn(page, me), "without credentials").toMatchObject({ status: 401 });
    expect((await fetchIn(page, "/api/proxy/me")).body).toEqual({
      via: "bearer",
      subject: "k3v9t2m8qx1a",
      scopes: expect.arrayContaining(["read", "write"]),
      acr: "urn:logto:acr:1fa",
      authenticatedAt: expect.any(Number),
    });

    const url = `${api.url}/products`;
    const tea = await fetchIn(page, url, json("POST", { name: "Tea", price: 450 }));
    expect(tea.status).toBe(201);
    expect((await fetchIn(page, "/api/proxy/products")).body).toMatchObject([{ name: "Tea" }]);
    const one = `${url}/${String(Reflect.get(Object(tea.body), "id"))}`;
    expect((await fetchIn(page, one, json("DELETE"))).status).toBe(204);

    // A cookie of the same name that the browser has from elsewhere.
    const [{ name } = { name: "" }] = await sessionCookies(context);
    await context.addCookies([{ name, value: "old", url: api.url }]);
    await expectAlice();
    expect(api.log()).not.toContain(app.secret);
  },
);

test("after a sign-out, the API rejects a stored session", async ({ context, page, mode, api }) => {
  const me = () => fetchIn(page, `${api.url}/me`, { credentials });
  await signInByHand(page, "alice", "/dashboard");
  const saved = await sessionCookies(context);
  expect(saved).toContainEqual(
    expect.objectContaining({ domain: ".starter.test", httpOnly: true, sameSite: "Lax" }),
  );
  expect((await me()).status).toBe(200);
  await signOut(page);
  expect((await me()).body).toMatchObject({ message: "No session token" });

  await context.addCookies(saved);
  const { status, body } = await me();
  // A cookie that holds the session itself is valid at the API until it expires (see the README of
  // the API server).
  if (mode === "database")
    expect([status, body]).toEqual([401, expect.objectContaining({ message: "Invalid session" })]);
  else expect(status).toBe(200);
});
