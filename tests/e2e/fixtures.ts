import { readFileSync } from "node:fs";
import process from "node:process";
import { test as base, expect, type Page } from "@playwright/test";
import { z } from "zod";
import { seedPassword } from "../../dev/identity/seed";
import { controlOf, type IdentityControl } from "./identity-control";
import { leaksIn, recordReceived } from "./leaks";
import { startPair, type Pair } from "./servers";

export { expect };

const shared = z.object({
  E2E_APP: z.url(),
  E2E_SECRET: z.string(),
  E2E_IDENTITY: z.url(),
  E2E_APP_LOG: z.string(),
});

interface Fixtures {
  /** An app and a stand-in of this test's own, to change settings and inject faults. */
  own: Pair & { control: IdentityControl };
  /** Every test is one of leaks, too: of all that its browser receives. */
  noLeaks: undefined;
}

interface WorkerFixtures {
  /** The app that the tests share. Its log has the lines of other tests, too. */
  app: { url: string; secret: string; log(): string };
  /** The stand-in that the tests share: to be watched, not to be disturbed. */
  identity: IdentityControl;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  app: [
    async ({}, use) => {
      const { E2E_APP, E2E_SECRET, E2E_APP_LOG } = shared.parse(process.env);
      await use({ url: E2E_APP, secret: E2E_SECRET, log: () => readFileSync(E2E_APP_LOG, "utf8") });
    },
    { scope: "worker" },
  ],
  identity: [
    async ({}, use) => {
      await use(controlOf(shared.parse(process.env).E2E_IDENTITY));
    },
    { scope: "worker" },
  ],
  baseURL: async ({ app }, use) => {
    await use(app.url);
  },
  own: async ({ context }, use) => {
    const pair = await startPair();
    const control = controlOf(pair.identity.endpoint);
    const received = recordReceived(context, pair.app.url);
    await use({ ...pair, control });
    const log = { from: "the log", text: pair.app.log() };
    const leaks = await leaksIn([...(await received()), log], control, pair.app.secret);
    await pair.stop();
    expect(leaks).toEqual([]);
  },
  noLeaks: [
    async ({ context, app, identity }, use) => {
      const received = recordReceived(context, app.url);
      await use(undefined);
      expect(await leaksIn(await received(), identity, app.secret)).toEqual([]);
    },
    { auto: true },
  ],
});

/**
 * Signs in by hand, as a user would, and waits until the page that was asked for is there.
 *
 * @param username of a seeded person
 * @param options `app`: origin of an app other than the shared one; `to`: the page to come back to
 */
export async function signIn(
  page: Page,
  username: string,
  options: { app?: string; to?: string } = {},
): Promise<void> {
  const { app = "", to = "/dashboard" } = options;
  await page.goto(`${app}/sign-in?callbackUrl=${encodeURIComponent(to)}`);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByLabel("Username or e-mail").fill(username);
  await page.getByLabel("Password").fill(seedPassword);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => url.pathname === to.split("?")[0]);
}
