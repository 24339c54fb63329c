import { test } from "@playwright/test";
import { testBehindProxy } from "./behind-proxy";
import { startNginx } from "./nginx";

const host = "app.test";
const setups = [
  { scheme: "http", proxies: 1 },
  { scheme: "https", proxies: 1 },
  { scheme: "https", proxies: 2 },
] as const;

for (const { scheme, proxies } of setups)
  for (const variable of ["AUTH_URL", "AUTH_TRUST_HOST"] as const)
    test(`behind ${proxies} nginx on ${scheme}, with ${variable}: sign-in, its errors and sign-out stay on ${host}`, () =>
      testBehindProxy((port) => startNginx(port, { host, scheme, proxies }), variable));
