import type { ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { onTestFinished } from "vitest";
import { closeServer, listen } from "../../packages/logto-stand-in/src/listen";
import { documentOf } from "./documents";
import { subject } from "./sessions";

export const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

/** A key pair of the issuer. `kid` is the id under which it publishes the public key. */
export const newKey = async (alg = "ES384") => ({
  kid: crypto.randomUUID(),
  ...(await generateKeyPair(alg, { extractable: true })),
});

interface State {
  key: Awaited<ReturnType<typeof newKey>>;
  /** Overrides members of the discovery document. */
  metadata: Record<string, unknown>;
  /** Responds to requests for the keys instead of returning the published keys. */
  respondToKeys: ((response: ServerResponse) => unknown) | undefined;
  /** The requested paths. */
  requests: string[];
}

/** An issuer with real keys. Tests can make its logout tokens invalid in any way. */
export type LogoutIssuer = Awaited<ReturnType<typeof startLogoutIssuer>>;

/** Starts an issuer for the current test, and stops it when the test ends. */
export async function startLogoutIssuer() {
  // The app caches an issuer's discovery document and keys, and a port may be used again.
  const root = `/${crypto.randomUUID()}/oidc`;
  const key = await newKey();
  const state: State = { key, metadata: {}, respondToKeys: undefined, requests: [] };
  const { port, servers } = await listen(0, (request, response) => {
    const path = (request.url ?? "").slice(root.length + 1);
    state.requests.push(path);
    const json = (body: object) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (path !== "jwks") json(documentOf(client.issuer, state.metadata));
    else if (state.respondToKeys) state.respondToKeys(response);
    else
      void exportJWK(state.key.publicKey).then((jwk) =>
        json({ keys: [{ ...jwk, kid: state.key.kid, use: "sig" }] }),
      );
  });
  onTestFinished(async () => void (await Promise.all(servers.map(closeServer))));
  const client = {
    issuer: `http://localhost:${port}${root}`,
    clientId: "app",
    clientSecret: "a-client-secret-of-more-than-32-bytes",
  };
  /** The claims of a valid logout token of Logto, with changes. `undefined` removes a claim. */
  const claims = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
    iss: client.issuer,
    aud: client.clientId,
    sub: subject,
    sid: "a session at Logto",
    iat: Math.floor(Date.now() / 1000),
    jti: crypto.randomUUID(),
    events: { [logoutEvent]: {} },
    ...changes,
  });
  /** Signs a logout token. @param options default to the header and the key of a valid token */
  const sign = (changes = {}, options: { header?: object; key?: CryptoKey } = {}) =>
    new SignJWT(claims(changes))
      .setProtectedHeader({
        alg: "ES384",
        typ: "logout+jwt",
        kid: state.key.kid,
        ...options.header,
      })
      .sign(options.key ?? state.key.privateKey);
  return Object.assign(state, { client, claims, sign });
}
