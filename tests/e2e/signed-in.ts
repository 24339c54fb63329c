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

/** Tests that start signed in. Other tests use the same session, so do not sign out. */
export const test = base.extend<Options>({
  person: ["alice", { option: true }],
  storageState: async ({ app, browser, person }, use) => {
    const state = states.get(person) ?? signInOnce(person, app.url, browser);
    states.set(person, state);
    await use(await state);
  },
});
