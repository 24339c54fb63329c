import { type Browser, type BrowserContext, expect, test as base } from "@playwright/test";
import { seedPeople } from "../../packages/logto-stand-in/src/seed";
import { noClaims } from "../../packages/logto-stand-in/src/tenant";
import { defaultSettings } from "../../packages/logto-stand-in/src/settings";
import { type StandInControl } from "../../packages/logto-stand-in/src/testing";
import type { Variables } from "../../dev/environment";
import { openRows, openUsers } from "../database/storage";
import { recordReceived } from "./leaks";
import { startPair, type App, type Pair } from "./servers";
import type { SessionApp } from "./session-cookie";
import { signInByRequests } from "./requests";
import { cookiesAlone, type Storage } from "./storage";

export { expect };

/**
 * Where the apps of a project in playwright.config.ts store sessions and users, by mode. Each app
 * gets empty storage: users of different stand-ins must not share a database.
 */
export const modes = {
  jwt: async () => cookiesAlone,
  "jwt with a database": () => openUsers("embedded"),
  database: () => openRows("postgres"),
};

/** The options of a project in playwright.config.ts. */
export interface ProjectOptions {
  mode: keyof typeof modes;
}

/** The worker's app and stand-in. A test may disturb the stand-in; it is reset before each test. */
export interface Stage extends SessionApp {
  control: StandInControl;
  /** The app's output since this test began. */
  log(): string;
}

interface Fixtures {
  /**
   * Username of the seeded person with whom a test starts signed in; otherwise it starts as a
   * visitor. Other tests use the same session, so do not sign out.
   */
  person: string;
  stage: Stage;
  /** Starts an app and a stand-in for this test alone. Arguments as for `startPair`. */
  startOwn: typeof startPair;
  /** Undoes what the previous test changed at the stand-in, before another fixture signs in. */
  freshIdentity: undefined;
  /** Checks, for every test, all that its browser receives and the app's log for leaked secrets. */
  noLeaks: undefined;
}

interface WorkerFixtures extends ProjectOptions {
  /** Variables of the worker's app that differ from the defaults. */
  variables: Variables;
  /** Opens storage for another app, in the project's mode. */
  newStorage: () => Promise<Storage>;
  pair: Pair;
  /** The app of a worker, which its tests use one after another. */
  app: App;
  /** The app's stand-in, reset before each test. */
  identity: StandInControl;
}

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

/**
 * Signed-in states by username, for the one app of a worker. As a worker fixture, each person would
 * need another worker, with its own app.
 */
const states = new Map<string, Promise<State>>();

async function signInOnce(username: string, baseURL: string, browser: Browser): Promise<State> {
  const context = await browser.newContext({ baseURL });
  await signInByRequests(context, username);
  const state = await context.storageState();
  await context.close();
  return state;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  mode: ["jwt", { option: true, scope: "worker" }],
  newStorage: [async ({ mode }, use) => use(modes[mode]), { scope: "worker" }],
  variables: [{}, { option: true, scope: "worker" }],
  pair: [
    async ({ newStorage, variables }, use) => {
      const pair = await startPair(variables, { storage: await newStorage() });
      await use(pair);
      await pair.stop();
    },
    { scope: "worker" },
  ],
  app: [async ({ pair }, use) => use(pair.app), { scope: "worker" }],
  identity: [async ({ pair }, use) => use(pair.control), { scope: "worker" }],
  baseURL: async ({ app }, use) => use(app.url),
  person: ["", { option: true }],
  storageState: async ({ app, browser, person }, use) => {
    if (person && !states.has(person)) states.set(person, signInOnce(person, app.url, browser));
    await use(await states.get(person));
  },
  stage: async ({ app, identity: control }, use) => {
    const logStart = app.log().length;
    await use({ ...app, control, log: () => app.log().slice(logStart) });
  },
  startOwn: async ({ context, newStorage }, use) => {
    const ends: (() => Promise<void>)[] = [];
    await use(async (env, options) => {
      const pair = await startPair(env, { storage: await newStorage(), ...options });
      const leaks = recordReceived(context, pair);
      ends.push(async () => {
        const found = await leaks();
        await pair.stop();
        expect(found).toEqual([]);
      });
      return pair;
    });
    for (const end of ends) await end();
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
    async ({ context, pair, identity }, use) => {
      await identity.forgetRequests();
      const leaks = recordReceived(context, pair);
      await use(undefined);
      expect(await leaks()).toEqual([]);
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
