import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";
import { onTestFinished } from "vitest";
import type { LogtoClient } from "@/lib/logto/client";

export const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";
const subject = "k3v9t2m8qx1a";

/** A key pair of the issuer. `kid` is the id under which it publishes the public key. */
interface Key {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

/** An issuer with real keys. Tests can make its logout tokens invalid in any way. */
export interface LogoutIssuer {
  client: LogtoClient;
  key: Key;
  /** Overrides members of the discovery document. */
  metadata: Record<string, unknown>;
  /** Responds to requests for the keys instead of returning the published keys. */
  respondToKeys: ((response: ServerResponse) => unknown) | undefined;
  /** The requested paths. */
  requests: string[];
  /** Replaces the key by a new one. */
  rotate(): Promise<void>;
  /**
   * The claims of a valid logout token of Logto, with these changes. `undefined` removes a claim.
   */
  claims(changes?: Record<string, unknown>): Record<string, unknown>;
  /**
   * Signs a logout token.
   *
   * @param changes of the claims
   * @param options default to the header and the key of a valid token
   */
  sign(
    changes?: Record<string, unknown>,
    options?: { header?: object; key?: CryptoKey },
  ): Promise<string>;
}

export const newKey = async (alg = "ES384"): Promise<Key> => ({
  kid: crypto.randomUUID(),
  ...(await generateKeyPair(alg, { extractable: true })),
});

const published = async ({ kid, publicKey }: Key): Promise<JWK> => ({
  ...(await exportJWK(publicKey)),
  kid,
  use: "sig",
});

const isAddress = (address: unknown): address is AddressInfo =>
  typeof address === "object" && address !== null;

/** Starts an issuer for the current test, and stops it when the test ends. */
export async function startLogoutIssuer(): Promise<LogoutIssuer> {
  // The app caches an issuer's discovery document and keys, and a port may be used again.
  const root = `/${crypto.randomUUID()}/oidc`;
  const server = createServer((request, response) => {
    const path = (request.url ?? "").slice(root.length + 1);
    issuer.requests.push(path);
    const json = (body: object) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (path !== "jwks") json({ ...discovery(issuer.client.issuer), ...issuer.metadata });
    else if (issuer.respondToKeys) issuer.respondToKeys(response);
    else void published(issuer.key).then((key) => json({ keys: [key] }));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  if (!isAddress(address)) throw new Error("no port");

  const client = {
    issuer: `http://127.0.0.1:${address.port}${root}`,
    clientId: "app",
    clientSecret: "a-client-secret-of-more-than-32-bytes",
  };
  const issuer: LogoutIssuer = {
    client,
    key: await newKey(),
    metadata: {},
    respondToKeys: undefined,
    requests: [],
    async rotate() {
      issuer.key = await newKey();
    },
    claims: (changes = {}) => ({
      iss: client.issuer,
      aud: client.clientId,
      sub: subject,
      sid: "a session at Logto",
      iat: Math.floor(Date.now() / 1000),
      jti: crypto.randomUUID(),
      events: { [logoutEvent]: {} },
      ...changes,
    }),
    sign: (changes = {}, { header = {}, key = issuer.key.privateKey } = {}) =>
      new SignJWT(issuer.claims(changes))
        .setProtectedHeader({ alg: "ES384", typ: "logout+jwt", kid: issuer.key.kid, ...header })
        .sign(key),
  };
  return issuer;
}

const discovery = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  id_token_signing_alg_values_supported: ["ES384"],
});
