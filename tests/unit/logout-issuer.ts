import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";
import { onTestFinished } from "vitest";
import type { LogtoClient } from "@/lib/logto/client";

export const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";
const subject = "k3v9t2m8qx1a";

/** A key pair of the issuer, by the id under which its public half is published. */
interface Key {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

/** An issuer with real keys, whose logout tokens can be made wrong in every way. */
export interface LogoutIssuer {
  client: LogtoClient;
  key: Key;
  /** Members of the discovery document that shall be others. */
  metadata: Record<string, unknown>;
  /** Answers requests for the keys in place of the published ones. */
  answerKeys: ((response: ServerResponse) => unknown) | undefined;
  /** The paths that were asked for. */
  requests: string[];
  /** Makes a new key, which is the only one from now on. */
  rotate(): Promise<void>;
  /**
   * The claims of a good logout token, as Logto makes them, with these changes; `undefined` leaves
   * one out.
   */
  claims(changes?: Record<string, unknown>): Record<string, unknown>;
  /**
   * @param changes of the claims; `header` and `key` are those of a good one, where none are given
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

/**
 * Starts an issuer that is there until the test that asks for it, itself or in `beforeEach`, is
 * over.
 */
export async function startLogoutIssuer(): Promise<LogoutIssuer> {
  // What is known of an issuer is kept, and a port may come again.
  const root = `/${crypto.randomUUID()}/oidc`;
  const server = createServer((request, response) => {
    const path = (request.url ?? "").slice(root.length + 1);
    issuer.requests.push(path);
    const json = (body: object) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (path !== "jwks") json({ ...discovery(issuer.client.issuer), ...issuer.metadata });
    else if (issuer.answerKeys) issuer.answerKeys(response);
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
    answerKeys: undefined,
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
