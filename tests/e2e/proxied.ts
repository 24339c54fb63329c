import type { IncomingMessage } from "node:http";
import { startApi, type ApiServer } from "./api-server";
import { test as base } from "./fixtures";
import { sendRaw } from "./raw-request";
import { sessionValue } from "./session-cookie";

export { expect } from "./fixtures";

/** Tests of an app that has an API behind its proxy. */
export const test = base.extend<
  {
    /** Sends a request with the browser's session, exactly as given. */
    send: (path: string, options?: Parameters<typeof sendRaw>[2]) => Promise<IncomingMessage>;
  },
  { api: ApiServer }
>({
  api: [
    async ({}, use) => {
      const api = await startApi();
      await use(api);
      await api.close();
    },
    { scope: "worker" },
  ],
  variables: [async ({ api }, use) => use({ API_URL: api.url }), { scope: "worker" }],
  send: async ({ app, context }, use) => {
    const cookie = `authjs.session-token=${await sessionValue(context)}`;
    await use((path, { headers, ...rest } = {}) =>
      sendRaw(app.url, path, { headers: { cookie, ...headers }, ...rest }),
    );
  },
});
