import { request, type IncomingMessage } from "node:http";
import { type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { BrowserContext } from "@playwright/test";
import { startApi, type ApiServer } from "./api-server";
import { startPair } from "./servers";
import { signInByRequests, test as base } from "./stage";

export { expect } from "./stage";

interface Options {
  method?: string;
  headers?: Record<string, string>;
  body?: Readable;
  signal?: AbortSignal;
}

/** Tests of an app that has an API behind its proxy. They start signed in as Alice. */
export const test = base.extend<
  {
    /**
     * Sends a request with Alice's session, exactly as given. Does not normalize the path or read
     * the response's body.
     */
    send: (path: string, options?: Options) => Promise<IncomingMessage>;
  },
  {
    api: ApiServer;
    /** The state of a browser in which Alice is signed in. */
    signedIn: Awaited<ReturnType<BrowserContext["storageState"]>>;
  }
>({
  api: [
    async ({}, use) => {
      const api = await startApi();
      await use(api);
      await api.close();
    },
    { scope: "worker" },
  ],
  pair: [
    async ({ api, newStorage }, use) => {
      const pair = await startPair({ API_URL: api.url }, await newStorage());
      await use(pair);
      await pair.stop();
    },
    { scope: "worker" },
  ],
  signedIn: [
    async ({ app, browser }, use) => {
      const context = await browser.newContext({ baseURL: app.url });
      await signInByRequests(context, "alice");
      const state = await context.storageState();
      await context.close();
      await use(state);
    },
    { scope: "worker" },
  ],
  storageState: async ({ signedIn }, use) => use(signedIn),
  send: async ({ app, signedIn }, use) => {
    const { port } = new URL(app.url);
    const cookie = signedIn.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    await use(
      (path, { body, headers, ...rest } = {}) =>
        new Promise((resolve, reject) => {
          const options = { port, path, headers: { cookie, ...headers }, agent: false, ...rest };
          const sent = request(options, resolve).on("error", reject);
          if (body) pipeline(body, sent).catch(reject);
          else sent.end();
        }),
    );
  },
});

/** Reads the whole body of a response. */
export async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += String(part);
  return text;
}
