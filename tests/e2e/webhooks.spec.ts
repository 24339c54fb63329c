import { createHmac } from "node:crypto";
import type { BrowserContext, Page } from "@playwright/test";
import { z } from "zod";
import { appWebhook } from "../../dev/stand-in";
import { acme } from "../../packages/logto-stand-in/src/seed";
import type { StandInControl } from "../../packages/logto-stand-in/src/testing";
import { expect, test as base } from "./fixtures";
import { addPerson, type Person } from "./people";
import type { App } from "./servers";
import { beginSignIn, crossSite, expectSignedOut, signIn } from "./requests";

const { signingKey } = appWebhook("");

interface Site {
  app: App;
  control: StandInControl;
}

/** An app with a key, and a stand-in that sends it webhooks. */
const test = base.extend<{ site: Site }>({
  site: async ({ startOwn }, use) => {
    const { app, control } = await startOwn({ LOGTO_WEBHOOK_KEY: signingKey });
    await control.addWebhook(appWebhook(app.url).url, signingKey);
    await use({ app, control });
  },
});

/** How long a webhook may take, in milliseconds. */
const soon = { timeout: 5_000, intervals: [100] };

/** Adds a user, who signs in and opens the dashboard. */
async function signedIn(page: Page, { app, control }: Site, details: object): Promise<Person> {
  const person = await addPerson(control, details);
  await signIn(page, person.username, { origin: app.url });
  return person;
}

/** Reloads the page until it is as expected. */
const reloadUntil = (page: Page, check: () => Promise<void>) =>
  expect(async () => {
    await page.reload();
    await check();
  }).toPass(soon);

const rolesOn = (page: Page) =>
  page.getByRole("region", { name: "Roles" }).getByRole("listitem").allTextContents();

const sessionSchema = z.object({ user: z.object({ organizations: z.array(z.string()) }) });

async function organizations({ request }: BrowserContext, { app }: Site): Promise<string[]> {
  const response = await request.get(`${app.url}/api/auth/session`);
  return sessionSchema.parse(await response.json()).user.organizations;
}

/** Sends a webhook to the app as Logto does. */
function send({ app }: Site, payload: object | string, headers: Record<string, string> = {}) {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  const signature = createHmac("sha256", signingKey).update(body).digest("hex");
  return fetch(`${app.url}/api/logto/webhook`, {
    method: "POST",
    body,
    headers: { "logto-signature-sha-256": signature, ...headers },
  });
}

for (const { what, change } of [
  {
    what: "suspended",
    change: ({ control }: Site, { id }: Person) => control.changeUser(id, { suspended: true }),
  },
  { what: "deleted", change: ({ control }: Site, { id }: Person) => control.removeUser(id) },
])
  test(`a user who is ${what} at Logto is signed out within seconds`, async ({ page, site }) => {
    const person = await signedIn(page, site, {});
    await change(site, person);
    await reloadUntil(page, async () => {
      expect(new URL(page.url()).pathname).toBe("/sign-in");
    });
    await expectSignedOut(page.context(), site.app.url);
    await expect
      .poll(() => site.app.log())
      .toMatch(new RegExp(`"effect":"end","users":\\["${person.id}"\\],.*"msg":"webhook"`));
  });

test("a deleted role and an ended membership are gone with the next page load, and the user stays signed in", async ({
  page,
  context,
  site,
}) => {
  const { control } = site;
  const { id } = await signedIn(page, site, {
    roles: ["auditor", "viewer"],
    organizations: [{ id: acme.id, roles: ["member"] }],
  });
  expect(await rolesOn(page)).toEqual(["auditor", "viewer"]);
  await control.removeRole("auditor");
  await reloadUntil(page, async () => {
    expect(await rolesOn(page)).toEqual(["viewer"]);
  });

  expect(await organizations(context, site)).toEqual([acme.id]);
  await control.changeUser(id, { organizations: [] });
  await expect.poll(() => organizations(context, site), soon).toEqual([]);
});

test("a role that was taken from a user is gone with the next page load once the user's data changes", async ({
  page,
  site,
}) => {
  const { id } = await signedIn(page, site, { roles: ["viewer"] });
  // Logto sends nothing for this.
  await site.control.changeUser(id, { roles: [] });
  await page.reload();
  expect(await rolesOn(page)).toEqual(["viewer"]);
  await site.control.changeUser(id, { claims: { custom_data: { rolesChanged: 1 } } });
  await reloadUntil(page, async () => {
    expect(await rolesOn(page)).toEqual([]);
  });
});

test("a webhook that is repeated ends only sessions that began before it, and others are rejected", async ({
  page,
  context,
  site,
}) => {
  const { id } = await signedIn(page, site, {});
  const payload = {
    event: "User.SuspensionStatus.Updated",
    createdAt: new Date().toISOString(),
    params: { userId: id },
    data: { id, isSuspended: true },
  };
  const isSignedIn = async () =>
    (await context.request.get(`${site.app.url}/api/auth/check`)).status() === 200;

  const rejected = [
    await send(site, payload, { "logto-signature-sha-256": "0".repeat(64), ...crossSite }),
    await send(site, "{}"),
    await send(site, { ...payload, createdAt: "2026-01-01T00:00:00.000Z" }),
    await send(site, { ...payload, padding: "x".repeat(2 ** 20) }),
  ].map(({ status }) => status);
  expect(rejected).toEqual([401, 400, 400, 413]);
  expect((await fetch(`${site.app.url}/api/logto/webhook`)).status).toBe(405);
  expect(await isSignedIn()).toBe(true);

  expect((await send(site, payload)).status).toBe(200);
  expect(await isSignedIn()).toBe(false);
  // Logto's clock counts whole seconds, so it is set 2 s ahead.
  await site.control.change({ clockSkew: 2 });
  // Logto still has its own session, so it asks for no password.
  await beginSignIn(context, "/dashboard", { origin: site.app.url });
  expect((await send(site, payload)).status).toBe(200);
  expect(await isSignedIn()).toBe(true);
  expect(site.app.log().match(/"msg":"webhook rejected"/g)).toHaveLength(4);
});
