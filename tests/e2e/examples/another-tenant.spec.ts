import type { BrowserContext } from "@playwright/test";
import type { Variables } from "../../../dev/environment";
import { apiResources } from "../../../packages/logto-stand-in/src/seed";
import { startPair, type Pair } from "../servers";
import { expect, signInByRequests, test, visit } from "../stage";

const [shopping = "", store = ""] = apiResources.map(({ indicator }) => indicator);
const identityScopes = "openid offline_access profile email roles";
const page = "/examples/permission";
const handler = "/api/examples/permission";

/** Signs a user in at the pair's app. @returns a function that requests a path there */
async function signedIn(context: BrowserContext, { app }: Pair, username: string) {
  await signInByRequests(context, username, { origin: app.url });
  return (path: string) => visit(context, app.url + path, { maxRedirects: 0 });
}

const tenants: Record<
  string,
  { variables: Variables; expected: { resource: string; scopes: string[] } }
> = {
  "one API, whose permissions have other names": {
    variables: { LOGTO_RESOURCES: store, LOGTO_SCOPES: `${identityScopes} delete read` },
    expected: { resource: store, scopes: ["delete", "read"] },
  },
  "several APIs, with API_RESOURCE naming one": {
    variables: {
      LOGTO_RESOURCES: `${shopping} ${store}`,
      API_RESOURCE: store,
      LOGTO_SCOPES: `${identityScopes} read`,
    },
    expected: { resource: store, scopes: ["read"] },
  },
};

for (const [what, { variables, expected }] of Object.entries(tenants)) {
  test(`the permission examples use the configured API: ${what}`, async ({ browser, context }) => {
    const pair = await startPair(variables);
    const viewer = await browser.newContext();
    try {
      const open = await signedIn(context, pair, "alice");
      const response = await open(handler);
      expect(response.status()).toBe(200);
      const body: unknown = await response.json();
      expect(body).toEqual({ resource: expected.resource, scopes: expect.any(Array) });
      expect(body).toMatchObject({ scopes: expect.arrayContaining(expected.scopes) });
      const shown = await (await open(page)).text();
      expect(shown).toContain("What Alice Kim may do");
      expect(shown).toContain(expected.resource);

      // A viewer has no permission of that API.
      const openAsViewer = await signedIn(viewer, pair, "carol");
      expect((await openAsViewer(handler)).status()).toBe(403);
      expect(await (await openAsViewer(page)).text()).toContain(
        "You don&#x27;t have access to this page",
      );
    } finally {
      await viewer.close();
      await pair.stop();
    }
  });
}

const unconfigured: Record<string, Variables> = {
  "no API resource": { LOGTO_RESOURCES: "" },
  "organization tokens alone": { LOGTO_RESOURCES: "urn:logto:resource:organizations" },
  "an API without permissions": { LOGTO_RESOURCES: store, LOGTO_SCOPES: identityScopes },
};

for (const [what, variables] of Object.entries(unconfigured)) {
  test(`with ${what} configured, the permission examples say what to configure`, async ({
    context,
  }) => {
    const pair = await startPair(variables);
    try {
      const open = await signedIn(context, pair, "alice");
      const response = await open(handler);
      expect(response.status()).toBe(404);
      expect(await response.json()).toEqual({
        error: "api_not_configured",
        message: expect.stringContaining("LOGTO_RESOURCES"),
      });
      const shown = await (await open(page)).text();
      expect(shown).toContain("No API is set up here");
      expect(shown).toMatch(/LOGTO_RESOURCES.*LOGTO_SCOPES/);
      expect(pair.app.log()).not.toContain('"level":"error"');

      const tab = await context.newPage();
      await tab.goto(`${pair.app.url}/examples/client`);
      await expect(tab.getByRole("status").getByText("No API is set up here")).toBeVisible();
      await expect(tab.getByRole("button", { name: "Try again" })).toHaveCount(0);
    } finally {
      await pair.stop();
    }
  });
}
