import { request, type IncomingMessage } from "node:http";
import { type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { startApi, type ApiServer } from "./api-server";
import { startPair } from "./servers";
import { sessionCookies } from "./session-cookie";
import { signInByRequests, test as base } from "./stage";

export { expect } from "./stage";

interface Options {
  method?: string;
  headers?: Record<string, string>;
  body?: Readable;
  signal?: AbortSignal;
}

/** Tests of an app that has an API behind its proxy. */
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
    /** Alice's session, as a Cookie header. */
    cookie: string;
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
  cookie: [
    async ({ app, browser }, use) => {
      const context = await browser.newContext({ baseURL: app.url });
      await signInByRequests(context, "alice");
      const cookies = (await sessionCookies(context)).map(({ name, value }) => `${name}=${value}`);
      await context.close();
      await use(cookies.join("; "));
    },
    { scope: "worker" },
  ],
  send: async ({ app, cookie }, use) => {
    const { port } = new URL(app.url);
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
