import { test as base, expect } from "@playwright/test";
import { seedPeople } from "../../packages/logto-stand-in/src/seed";
import { noClaims } from "../../packages/logto-stand-in/src/tenant";
import { defaultSettings } from "../../packages/logto-stand-in/src/settings";
import { controlOf, type StandInControl } from "../../packages/logto-stand-in/src/testing";
import { leaksIn, recordReceived } from "./leaks";
import { modes, type Mode } from "./modes";
import { startPair, type App, type Pair } from "./servers";
import type { Storage } from "./storage";

export { expect };

interface Fixtures {
  /** An app and a stand-in for this test alone, for changes that can't be undone. */
  own: Pair & { control: StandInControl };
  /** Undoes what the previous test changed at the stand-in, before another fixture signs in. */
  freshIdentity: undefined;
  /** Checks, for every test, all that its browser receives and the app's log for leaked secrets. */
  noLeaks: undefined;
}

/** The options of a project in playwright.config.ts. */
export interface ProjectOptions {
  mode: Mode;
}

interface WorkerFixtures extends ProjectOptions {
  /** Opens storage for another app, in the project's mode. */
  newStorage: () => Promise<Storage>;
  pair: Pair;
  /** The app of a worker, which its tests use one after another. */
  app: App;
  /** The app's stand-in, reset before each test. */
  identity: StandInControl;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  mode: ["jwt", { option: true, scope: "worker" }],
  newStorage: [
    async ({ mode }, use) => {
      await use(modes[mode]);
    },
    { scope: "worker" },
  ],
  pair: [
    async ({ newStorage }, use) => {
      const pair = await startPair({}, await newStorage());
      await use(pair);
      await pair.stop();
    },
    { scope: "worker" },
  ],
  app: [async ({ pair }, use) => use(pair.app), { scope: "worker" }],
  identity: [async ({ pair }, use) => use(controlOf(pair.identity.endpoint)), { scope: "worker" }],
  baseURL: async ({ app }, use) => {
    await use(app.url);
  },
  own: async ({ context, newStorage }, use) => {
    const pair = await startPair({}, await newStorage());
    const control = controlOf(pair.identity.endpoint);
    const received = recordReceived(context, pair.app);
    await use({ ...pair, control });
    const leaks = await leaksIn(await received(), control, pair.app);
    await pair.stop();
    expect(leaks).toEqual([]);
  },
  // The first of the automatic fixtures: Playwright sets it up before the next one's `context`, for
  // which a user may sign in.
  freshIdentity: [
    async ({ identity }, use) => {
      await reset(identity);
      await use(undefined);
    },
    { auto: true },
  ],
  noLeaks: [
    async ({ context, app, identity }, use) => {
      await identity.forgetRequests();
      const received = recordReceived(context, app);
      await use(undefined);
      expect(await leaksIn(await received(), identity, app)).toEqual([]);
    },
    { auto: true },
  ],
});

/** Resets faults, settings and people. */
async function reset(control: StandInControl): Promise<void> {
  await Promise.all([
    control.clearFaults(),
    control.change(defaultSettings),
    ...seedPeople.map(({ id, roles, organizations, claims }) =>
      control.changeUser(id, {
        roles,
        organizations,
        claims: { ...noClaims, ...claims },
        suspended: false,
      }),
    ),
  ]);
}
