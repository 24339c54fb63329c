import type { BrowserContext } from "@playwright/test";
import type { Variables } from "../../../dev/environment";
import { apiResources } from "../../../dev/identity/seed";
import { startPair, type Pair } from "../servers";
import { expect, signInByRequests, test, visit } from "../stage";

const [shopping = "", store = ""] = apiResources.map(({ indicator }) => indicator);
const identityScopes = "openid offline_access profile email roles";
const page = "/examples/permission";
const handler = "/api/examples/permission";

/** Signed in at an app of its own. @returns what opens one of its paths */
async function signedIn(context: BrowserContext, { app }: Pair, username: string) {
  await signInByRequests(context, username, { origin: app.url });
  return (path: string) => visit(context, app.url + path, { maxRedirects: 0 });
}

const tenants: Record<
  string,
  { variables: Variables; asked: { resource: string; scopes: string[] } }
> = {
  "one API, whose permissions have other names": {
    variables: { LOGTO_RESOURCES: store, LOGTO_SCOPES: `${identityScopes} delete read` },
    asked: { resource: store, scopes: ["delete", "read"] },
  },
  "several APIs, of which API_RESOURCE is one": {
    variables: {
      LOGTO_RESOURCES: `${shopping} ${store}`,
      API_RESOURCE: store,
      LOGTO_SCOPES: `${identityScopes} read`,
    },
    asked: { resource: store, scopes: ["read"] },
  },
};

for (const [what, { variables, asked }] of Object.entries(tenants)) {
  test(`the examples of a permission ask for what is configured: ${what}`, async ({
    browser,
    context,
  }) => {
    const pair = await startPair(variables);
    const stranger = await browser.newContext();
    try {
      const open = await signedIn(context, pair, "alice");
      const answer = await open(handler);
      expect(answer.status()).toBe(200);
      const body: unknown = await answer.json();
      expect(body).toEqual({ resource: asked.resource, scopes: expect.any(Array) });
      expect(body).toMatchObject({ scopes: expect.arrayContaining(asked.scopes) });
      const shown = await (await open(page)).text();
      expect(shown).toContain("What Alice Kim may do");
      expect(shown).toContain(asked.resource);

      // A viewer has nothing at that API.
      const refused = await signedIn(stranger, pair, "carol");
      expect((await refused(handler)).status()).toBe(403);
      expect(await (await refused(page)).text()).toContain(
        "You don&#x27;t have access to this page",
      );
    } finally {
      await stranger.close();
      await pair.stop();
    }
  });
}

const nothing: Record<string, Variables> = {
  "no API resource": { LOGTO_RESOURCES: "" },
  "organization tokens alone": { LOGTO_RESOURCES: "urn:logto:resource:organizations" },
  "an API without permissions": { LOGTO_RESOURCES: store, LOGTO_SCOPES: identityScopes },
};

for (const [what, variables] of Object.entries(nothing)) {
  test(`with ${what} configured, they say what to configure`, async ({ context }) => {
    const pair = await startPair(variables);
    try {
      const open = await signedIn(context, pair, "alice");
      const answer = await open(handler);
      expect(answer.status()).toBe(404);
      expect(await answer.json()).toEqual({
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
