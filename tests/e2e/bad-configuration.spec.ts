import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { fileURLToPath } from "node:url";
import { appVariables } from "../../dev/stand-in";
import { expect, test } from "./fixtures";
import { beginSignIn, expectSignInMessage, expectSignedOut } from "./requests";
import { freePort, startApp } from "./servers";

/** Self-signed certificate and key for localhost, for these tests only. */
const tlsFile = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url));

test("with several invalid variables the server exits with code 1 and a list that contains no value", async () => {
  const variables = {
    AUTH_SECRET: "hunter2",
    AUTH_URL: "hunter2",
    AUTH_LOGTO_ISSUER: "https://hunter2.logto.example",
    LOGTO_RESOURCES: "hunter2",
  };
  const started = startApp(variables).then((app) => app.stop());
  const { message } = await started.then(
    () => new Error("started"),
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  expect(message).toMatch(/\(exit code 1\):\s.*The configuration is not complete:/s);
  for (const line of [
    /^ {2}AUTH_SECRET +has fewer than 32 characters/m,
    /^ {2}AUTH_URL +is not an http\(s\) URL/m,
    /^ {2}AUTH_LOGTO_ID +is missing +e\.g\. /m,
    /^ {2}AUTH_LOGTO_SECRET +is missing +e\.g\. /m,
    /^ {2}AUTH_LOGTO_ISSUER +does not end in \/oidc/m,
    /^ {2}LOGTO_RESOURCES +has an entry that is not a URI/m,
  ])
    expect(message).toMatch(line);
  expect(message.match(/^ {2}[A-Z_\d]+ {2}/gm)).toHaveLength(6);
  expect(message).toContain("npm run dev");
  expect(message).not.toMatch(/^\s+at |Error:|hunter2/m);
});

test("a Logto on https with endpoints on http stops the app at its start, with the reason", async () => {
  const port = await freePort();
  const issuer = `https://localhost:${port}/oidc`;
  const requested: string[] = [];
  const logto = createServer(
    { cert: readFileSync(tlsFile("localhost.crt")), key: readFileSync(tlsFile("localhost.key")) },
    ({ url = "" }, response) => {
      requested.push(url);
      // As behind a proxy that terminates TLS and whose headers Logto does not trust.
      const endpoints = issuer.replace("https", "http");
      response.setHeader("content-type", "application/json").end(
        JSON.stringify({
          issuer,
          authorization_endpoint: `${endpoints}/auth`,
          token_endpoint: `${endpoints}/token`,
          userinfo_endpoint: `${endpoints}/me`,
          jwks_uri: `${endpoints}/jwks`,
        }),
      );
    },
  ).listen(port);
  const variables = { ...appVariables(issuer), NODE_EXTRA_CA_CERTS: tlsFile("localhost.crt") };
  try {
    const started = startApp(variables).then((app) => app.stop());
    await expect(started).rejects.toThrow(/can't be used:.*token_endpoint.*TRUST_PROXY_HEADER=1/s);
    expect(requested).toEqual(["/oidc/.well-known/openid-configuration"]);
  } finally {
    logto.closeAllConnections();
    logto.close();
  }
});

test("an issuer that names another is logged and stops sign-ins", async ({ context, identity }) => {
  const issuer = `${identity.endpoint.replace("localhost", "127.0.0.1")}/oidc`;
  const app = await startApp(appVariables(issuer));
  try {
    const response = await beginSignIn(context, "/profile", { origin: app.url });
    await expectSignInMessage(response, "Sign-in does not work right now");
    await expectSignedOut(context, app.url);
    const names = `"reason":"[^"]*${issuer} \\(AUTH_LOGTO_ISSUER\\) names another issuer: ${identity.issuer}`;
    expect(app.log().match(new RegExp(names, "g"))?.length).toBeGreaterThanOrEqual(2);
  } finally {
    await app.stop();
  }
});
