import { test } from "@playwright/test";
import { startLogto } from "../../packages/logto-stand-in/src/server";
import { appClient, appVariables } from "../../dev/stand-in";
import { walkBehindProxy } from "./behind-proxy";
import { startNginx } from "./nginx";
import { freePort, startApp } from "./servers";

const host = "app.test";
const setups = [
  { scheme: "http", proxies: 1 },
  { scheme: "https", proxies: 1 },
  { scheme: "https", proxies: 2 },
] as const;

for (const { scheme, proxies } of setups)
  for (const variable of ["AUTH_URL", "AUTH_TRUST_HOST"] as const)
    test(`behind ${proxies} nginx on ${scheme}, with ${variable}: sign-in, its errors and sign-out stay on ${host}`, async () => {
      const port = await freePort();
      const front = await startNginx(port, { host, scheme, proxies });
      const identity = await startLogto({
        port: 0,
        control: true,
        clients: [appClient(front.url)],
      });
      const address = {
        AUTH_URL: { AUTH_URL: front.url },
        AUTH_TRUST_HOST: { AUTH_TRUST_HOST: "true" },
      }[variable];
      const app = await startApp(
        { ...appVariables(identity.issuer), AUTH_URL: "", ...address },
        { port },
      );
      try {
        await walkBehindProxy(front, identity);
      } finally {
        for (const close of [app.stop, identity.close, front.close]) await close();
      }
    });
