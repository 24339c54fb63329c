import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";
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
  /** The claims of a good logout token, as Logto makes them, with these changes; `undefined` leaves one out. */
  claims(changes?: Record<string, unknown>): Record<string, unknown>;
  /** @param changes of the claims; `header` and `key` are those of a good one, where none are given */
  sign(changes?: Record<string, unknown>, options?: { header?: object; key?: CryptoKey }): Promise<string>;
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

/** Starts a server of any number of issuers, because what is known of one is kept. */
export async function startLogoutIssuers() {
  const issuers = new Map<string, LogoutIssuer>();
  const server = createServer((request, response) => {
    const [, name = "", , ...rest] = (request.url ?? "").split("/");
    const issuer = issuers.get(name);
    const path = rest.join("/");
    issuer?.requests.push(path);
    const json = (body: object) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (!issuer) response.writeHead(404).end();
    else if (path !== "jwks") json({ ...discovery(issuer.client.issuer), ...issuer.metadata });
    else if (issuer.answerKeys) issuer.answerKeys(response);
    else void published(issuer.key).then((key) => json({ keys: [key] }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (!isAddress(address)) throw new Error("no port");

  return {
    async add(): Promise<LogoutIssuer> {
      const name = crypto.randomUUID();
      const client = {
        issuer: `http://127.0.0.1:${address.port}/${name}/oidc`,
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
      issuers.set(name, issuer);
      return issuer;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const discovery = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  id_token_signing_alg_values_supported: ["ES384"],
});
