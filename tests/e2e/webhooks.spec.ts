import type { BrowserContext, Page } from "@playwright/test";
import { z } from "zod";
import { appWebhook } from "../../dev/stand-in";
import { acme } from "../../packages/logto-stand-in/src/seed";
import type { StandInControl } from "../../packages/logto-stand-in/src/testing";
import { expect, test as base } from "./fixtures";
import { addPerson, type Person } from "./people";
import type { App } from "./servers";
import { expectSignedOut, signIn } from "./requests";

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

const sessionSchema = z.object({ user: z.object({ organizations: z.array(z.string()) }) });

async function organizations({ request }: BrowserContext, { app }: Site): Promise<string[]> {
  const response = await request.get(`${app.url}/api/auth/session`);
  return sessionSchema.parse(await response.json()).user.organizations;
}

test("a user who is suspended at Logto is signed out within seconds", async ({ page, site }) => {
  const { id } = await signedIn(page, site, {});
  await site.control.changeUser(id, { suspended: true });
  await expect(async () => {
    await page.reload();
    expect(new URL(page.url()).pathname).toBe("/sign-in");
  }).toPass(soon);
  await expectSignedOut(page.context(), site.app.url);
  await expect
    .poll(() => site.app.log())
    .toMatch(new RegExp(`"effect":"end","users":\\["${id}"\\],.*"msg":"webhook"`));
});

test("a membership that ended is gone with the next request", async ({ page, context, site }) => {
  const { id } = await signedIn(page, site, {
    organizations: [{ id: acme.id, roles: ["member"] }],
  });
  expect(await organizations(context, site)).toEqual([acme.id]);
  await site.control.changeUser(id, { organizations: [] });
  await expect.poll(() => organizations(context, site), soon).toEqual([]);
});
