import { startLogto } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { apiResources } from "../../packages/logto-stand-in/src/seed";
import type { Storage } from "./storage";
import { type NestApi, startNestApi } from "./nest-api";
import { freePort, type Pair, startApp } from "./servers";

/** The browser's option that resolves the two hosts to this machine. */
export const resolverRules = "--host-resolver-rules=MAP *.starter.test 127.0.0.1";

/** The app on one subdomain and the API server on another, which share the session cookie. */
export interface Subdomains extends Pair {
  api: NestApi;
}

/**
 * Starts the app, its stand-in and the API server.
 *
 * @param storage of the app and the API server; `stop` closes it, too
 */
export async function startSubdomains(storage: Storage): Promise<Subdomains> {
  const [port, apiPort] = [await freePort(), await freePort()];
  const url = `http://app.starter.test:${port}`;
  const client = {
    ...appClient(url),
    // The stand-in cannot resolve the app's host name: only the browser has the option.
    backchannelLogoutUri: `http://localhost:${port}/api/auth/backchannel-logout`,
  };
  const identity = await startLogto({ port: 0, control: true, clients: [client] });
  const shared = {
    AUTH_COOKIE_DOMAIN: "starter.test",
    AUTH_URL: url,
    API_URL: `http://localhost:${apiPort}`,
    API_RESOURCE: apiResources[0]?.indicator,
    ...appVariables(identity.issuer),
  };
  const closing = [() => identity.close(), () => storage.close()];
  const stop = async () => {
    for (const close of closing) await close();
  };
  try {
    const app = await startApp(shared, { port, storage });
    closing.unshift(() => app.stop());
    const apiVariables = {
      ...shared,
      ...storage.variables,
      AUTH_SECRET: app.secret,
      PORT: String(apiPort),
    };
    const api = await startNestApi(apiVariables);
    closing.unshift(() => api.stop());
    return {
      app: { ...app, url },
      identity,
      api: { ...api, url: `http://api.starter.test:${apiPort}` },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
