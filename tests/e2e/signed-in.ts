import type { Browser, BrowserContext } from "@playwright/test";
import { test as base } from "./fixtures";
import { signInByRequests } from "./stage";

export { expect } from "./fixtures";

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

interface Options {
  /** Username of the seeded person who is signed in. */
  person: string;
}

/**
 * By username. A worker has one app, so that this is no fixture: with one, it would be a worker
 * with an app of its own.
 */
const states = new Map<string, Promise<State>>();

async function begin(username: string, baseURL: string, browser: Browser): Promise<State> {
  const context = await browser.newContext({ baseURL });
  await signInByRequests(context, username);
  const state = await context.storageState();
  await context.close();
  return state;
}

/**
 * Tests that begin signed in. The session is shared with other tests: look at pages, but don't sign
 * out.
 */
export const test = base.extend<Options>({
  person: ["alice", { option: true }],
  storageState: async ({ app, browser, person }, use) => {
    const state = states.get(person) ?? begin(person, app.url, browser);
    states.set(person, state);
    await use(await state);
  },
});
