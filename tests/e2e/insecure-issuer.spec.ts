import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { fileURLToPath } from "node:url";
import { appVariables } from "../../dev/stand-in";
import { freePort, startApp } from "./servers";
import { beginSignIn, expect, expectSignInMessage, test } from "./stage";

/** Self-signed certificate and key for localhost, for these tests only. */
const tlsFile = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url));
const certificate = tlsFile("localhost.crt");

/**
 * A Logto behind a proxy that terminates TLS: its issuer is on https, but its endpoints are on http
 * unless it trusts the proxy's headers.
 */
async function startLogto(port: number) {
  const origin = `https://localhost:${port}`;
  const requested: string[] = [];
  const logto = {
    origin,
    requested,
    /** Whether it trusts the proxy's headers. */
    trustsProxy: false,
    variables: { ...appVariables(`${origin}/oidc`), NODE_EXTRA_CA_CERTS: certificate },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  const server = createServer(
    { cert: readFileSync(certificate), key: readFileSync(tlsFile("localhost.key")) },
    (request, response) => {
      requested.push(request.url ?? "");
      const issuer = `${logto.trustsProxy ? origin : origin.replace("https", "http")}/oidc`;
      const document = {
        issuer: `${origin}/oidc`,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/me`,
        jwks_uri: `${issuer}/jwks`,
      };
      response.setHeader("content-type", "application/json").end(JSON.stringify(document));
    },
  );
  server.listen(port);
  await once(server, "listening");
  return logto;
}

test("a Logto on https with endpoints on http stops the app at its start, with the reason", async () => {
  const logto = await startLogto(await freePort());
  try {
    const started = startApp(logto.variables).then(async (app) => app.stop());
    await expect(started).rejects.toThrow(/can't be used:.*token_endpoint.*TRUST_PROXY_HEADER=1/s);
    expect(logto.requested).toEqual(["/oidc/.well-known/openid-configuration"]);
  } finally {
    logto.stop();
  }
});

test("such a Logto that did not respond at the start is rejected at sign-in, until it is configured right", async ({
  context,
}) => {
  const port = await freePort();
  const variables = {
    ...appVariables(`https://localhost:${port}/oidc`),
    NODE_EXTRA_CA_CERTS: certificate,
  };
  const app = await startApp(variables);
  const logto = await startLogto(port);
  try {
    expect(app.log()).toMatch(/"level":"warn".*"msg":"the issuer can't be used yet"/);
    const rejected = await beginSignIn(context, "/profile", { origin: app.url });
    await expectSignInMessage(rejected, "Sign-in does not work right now");
    expect(app.log()).toMatch(/"level":"error".*token_endpoint.*TRUST_PROXY_HEADER=1/);
    expect((await context.request.get(`${app.url}/api/health/ready`)).status()).toBe(503);

    logto.trustsProxy = true;
    const leaving = await beginSignIn(context, "/profile", { origin: app.url, maxRedirects: 0 });
    expect(leaving.headers().location).toMatch(`${logto.origin}/oidc/auth?`);
    expect(new Set(logto.requested)).toEqual(new Set(["/oidc/.well-known/openid-configuration"]));
  } finally {
    await app.stop();
    logto.stop();
  }
});
