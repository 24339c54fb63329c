import type { BrowserContext } from "@playwright/test";
import { test as base, signIn } from "./fixtures";

export { expect } from "./fixtures";

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

interface Options {
  /** Username of the seeded person who is signed in. */
  person: string;
}

interface WorkerFixtures {
  stateOf: (username: string) => Promise<State>;
}

/** Tests that begin signed in. The session is shared with other tests: look at pages, but don't sign out. */
export const test = base.extend<Options, WorkerFixtures>({
  person: ["alice", { option: true }],
  stateOf: [
    async ({ app, browser }, use) => {
      const states = new Map<string, Promise<State>>();
      const begin = async (username: string): Promise<State> => {
        const context = await browser.newContext({ baseURL: app.url });
        await signIn(await context.newPage(), username);
        const state = await context.storageState();
        await context.close();
        return state;
      };
      await use((username) => {
        const state = states.get(username) ?? begin(username);
        states.set(username, state);
        return state;
      });
    },
    { scope: "worker" },
  ],
  storageState: async ({ person, stateOf }, use) => {
    await use(await stateOf(person));
  },
});
