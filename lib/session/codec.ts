import { hkdfSync } from "node:crypto";
import { base64url, calculateJwkThumbprint, EncryptJWT, jwtDecrypt } from "jose";
import { BoundedMap, shared } from "./shared";
import { sessionToken, type SessionToken } from "./session-token";

/**
 * Encrypts and decrypts session cookies exactly as Auth.js does (`dir`, A256CBC-HS512, HKDF over the secret with the
 * cookie's name as salt), so that its `getToken` reads ours and we read its. It derives each key once, where Auth.js does
 * it twice per call, and keeps what it decrypted last: middleware and the page of one request share one decryption.
 */
interface Key {
  kid: string;
  bytes: Uint8Array;
}

const keys = new Map<string, Promise<Key>>();

async function deriveKey(secret: string, salt: string): Promise<Key> {
  const bytes = new Uint8Array(
    hkdfSync("sha256", secret, salt, `Auth.js Generated Encryption Key (${salt})`, 64),
  );
  return { bytes, kid: await calculateJwkThumbprint({ kty: "oct", k: base64url.encode(bytes) }, "sha512") };
}

function keyOf(secret: string, salt: string): Promise<Key> {
  const id = `${salt} ${secret}`;
  const known = keys.get(id) ?? deriveKey(secret, salt);
  keys.set(id, known);
  return known;
}

const decrypted = () => shared("decrypted", () => new BoundedMap<string, SessionToken>(1_000));
const cacheKey = (secret = "", salt: string, value: string) => `${secret} ${salt} ${value}`;
/** The cookie value that a session was read from or is written as. */
const values = () => shared("values", () => new WeakMap<SessionToken, Promise<string>>());

/**
 * Encrypts a session. One that was read from a cookie and did not change comes back as that cookie's value, and one that
 * did is encrypted once, however many parallel requests write it.
 *
 * @param secrets newest first; the newest encrypts
 * @param salt the session cookie's name
 */
export async function encodeSession(
  token: SessionToken,
  secrets: readonly string[],
  salt: string,
): Promise<string> {
  const value = values().get(token) ?? encrypt(token, secrets[0] ?? "", salt);
  values().set(token, value);
  return value;
}

async function encrypt(token: SessionToken, secret: string, salt: string): Promise<string> {
  const { bytes, kid } = await keyOf(secret, salt);
  const value = await new EncryptJWT({ ...token })
    .setProtectedHeader({ alg: "dir", enc: "A256CBC-HS512", kid })
    .setIssuedAt()
    .setExpirationTime(token.exp)
    .setJti(crypto.randomUUID())
    .encrypt(bytes);
  decrypted().set(cacheKey(secret, salt, value), token);
  return value;
}

/**
 * Decrypts and checks a session cookie.
 *
 * @param secrets newest first; any of them decrypts
 * @returns null when the session's time is over
 * @throws when the value is not one of ours: tampered with, truncated, of another secret or another application
 */
export async function decodeSession(
  value: string,
  secrets: readonly string[],
  salt: string,
  now = Date.now(),
): Promise<SessionToken | null> {
  const token = decrypted().get(cacheKey(secrets[0], salt, value)) ?? (await decrypt(value, secrets, salt));
  return token.exp > now / 1000 ? token : null;
}

/** Whether this session has to be written to its cookie: it is none that was read from one made with the newest secret. */
export function isUnwritten(token: SessionToken): boolean {
  return !values().has(token);
}

async function decrypt(value: string, secrets: readonly string[], salt: string): Promise<SessionToken> {
  const { payload, protectedHeader } = await jwtDecrypt(
    value,
    async ({ kid }) => {
      for (const secret of secrets) {
        const key = await keyOf(secret, salt);
        if (!kid || kid === key.kid) return key.bytes;
      }
      throw new Error("made with another secret");
    },
    // That a session is over is told by the caller from its `exp`: it is no reason to call the cookie broken.
    {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256CBC-HS512"],
      currentDate: new Date(0),
    },
  );
  const token = Object.freeze(sessionToken.parse(payload));
  const newest = await keyOf(secrets[0] ?? "", salt);
  if (protectedHeader.kid !== newest.kid) return token;
  decrypted().set(cacheKey(secrets[0], salt, value), token);
  values().set(token, Promise.resolve(value));
  return token;
}
