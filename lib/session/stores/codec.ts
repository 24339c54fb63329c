import { hkdfSync } from "node:crypto";
import {
  base64url,
  calculateJwkThumbprint,
  decodeProtectedHeader,
  EncryptJWT,
  jwtDecrypt,
} from "jose";
import { log } from "@/lib/log";
import { BoundedMap } from "@/lib/bounded-map";
import { isFirstTime, processWide } from "@/lib/process-wide";
import { parseSession, withoutLargeClaims, type Session } from "../model/session";

/**
 * Encrypts and decrypts session cookies exactly as Auth.js does (`dir`, A256CBC-HS512, HKDF over
 * the secret with the cookie's name as salt), so that its `getToken` reads ours and we read its. It
 * derives each key once, where Auth.js does it twice per call, and keeps what it decrypted last:
 * middleware and the page of one request share one decryption.
 */
interface Key {
  kid: string;
  bytes: Uint8Array;
}

const encryptionKeys = new Map<string, Promise<Key>>();

async function deriveKey(secret: string, salt: string): Promise<Key> {
  const bytes = new Uint8Array(
    hkdfSync("sha256", secret, salt, `Auth.js Generated Encryption Key (${salt})`, 64),
  );
  return {
    bytes,
    kid: await calculateJwkThumbprint({ kty: "oct", k: base64url.encode(bytes) }, "sha512"),
  };
}

function encryptionKey(secret: string, salt: string): Promise<Key> {
  const id = `${salt} ${secret}`;
  const known = encryptionKeys.get(id) ?? deriveKey(secret, salt);
  encryptionKeys.set(id, known);
  return known;
}

/**
 * The most that a session may have as JSON, in bytes: encrypted that is 6 KB. nginx and Apache
 * refuse a Cookie line of more than 8 KB by default, Node.js headers of more than 16 KB in all, and
 * other cookies need room, too. Whoever reached a limit would get no page any more, the sign-in
 * page included. Tokens are never left out: Logto's have some 100 bytes.
 */
const maxSessionBytes = 4_300;

const decryptedSessions = () =>
  processWide("decrypted", () => new BoundedMap<string, Session>(1_000));
const cacheKey = (secret = "", salt: string, value: string) => `${secret} ${salt} ${value}`;
/** The cookie value that a session was read from or is written as. */
const cookieValues = () => processWide("values", () => new WeakMap<Session, Promise<string>>());

/**
 * Encrypts a session. One that was read from a cookie and did not change comes back as that
 * cookie's value, and one that did is encrypted once, however many parallel requests write it.
 *
 * @param secrets newest first; the newest encrypts
 * @param salt the session cookie's name
 */
export async function encodeSession(
  token: Session,
  secrets: readonly string[],
  salt: string,
): Promise<string> {
  const value = cookieValues().get(token) ?? encrypt(token, secrets[0] ?? "", salt);
  cookieValues().set(token, value);
  return value;
}

async function encrypt(token: Session, secret: string, salt: string): Promise<string> {
  const kept = withoutLargeClaims(token, maxSessionBytes);
  const { subject: user, omitted } = kept;
  if (omitted && isFirstTime(`claims of ${user} omitted`))
    log.warn("session too large for a cookie", {
      user,
      omitted,
      instead: "asked of userinfo where needed",
    });
  const value = await seal({ ...kept, jti: crypto.randomUUID() }, secret, salt, token.exp);
  // With all claims: this process need not ask for them.
  decryptedSessions().set(cacheKey(secret, salt, value), token);
  return value;
}

/**
 * Encrypts what only this app shall read.
 *
 * @param salt what it is for; each use has a key of its own
 * @param exp when it expires, in seconds since 1970
 */
export async function seal(
  payload: object,
  secret: string,
  salt: string,
  exp: number,
): Promise<string> {
  const { bytes, kid } = await encryptionKey(secret, salt);
  return new EncryptJWT({ ...payload })
    .setProtectedHeader({ alg: "dir", enc: "A256CBC-HS512", kid })
    .setIssuedAt()
    .setExpirationTime(exp)
    .encrypt(bytes);
}

/**
 * Decrypts what `seal` encrypted with any of the secrets. Its expiry is for the caller to judge.
 *
 * @returns also whether the newest secret had encrypted it
 * @throws when it is not ours: tampered with, truncated, of another secret or for another use
 */
export async function unseal(
  value: string,
  secrets: readonly string[],
  salt: string,
): Promise<{ payload: unknown; isNewest: boolean }> {
  const { payload, protectedHeader } = await jwtDecrypt(
    value,
    async ({ kid }) => {
      for (const secret of secrets) {
        const key = await encryptionKey(secret, salt);
        if (!kid || kid === key.kid) return key.bytes;
      }
      throw new Error("made with another secret");
    },
    {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256CBC-HS512"],
      // Auth.js compresses none, and what is small may be large when it is not compressed.
      maxDecompressedLength: 0,
      currentDate: new Date(0),
    },
  );
  const newest = await encryptionKey(secrets[0] ?? "", salt);
  return { payload, isNewest: protectedHeader.kid === newest.kid };
}

/**
 * Whether a session cookie is another app's: made with another secret, or by a row store, whose
 * cookies are names.
 *
 * @param value what `decodeSession` refused
 */
export async function isForeignCookie(
  value: string,
  secrets: readonly string[],
  salt: string,
): Promise<boolean> {
  if (isRowName(value)) return true;
  try {
    const { kid } = decodeProtectedHeader({ protected: value.split(".", 1)[0] });
    const own = await Promise.all(secrets.map((secret) => encryptionKey(secret, salt)));
    return kid !== undefined && own.every((key) => key.kid !== kid);
  } catch {
    return false;
  }
}

/** Our row store's names have 43 characters, Auth.js's own 36. */
const isRowName = (value: string) => /^[\w-]{36,43}$/.test(value);

/**
 * Decrypts and checks a session cookie.
 *
 * @param secrets newest first; any of them decrypts
 * @returns null when the session's time is over
 * @throws when the value is not one of ours: tampered with, truncated, of another secret or another
 *   application
 */
export async function decodeSession(
  value: string,
  secrets: readonly string[],
  salt: string,
  now = Date.now(),
): Promise<Session | null> {
  const token =
    decryptedSessions().get(cacheKey(secrets[0], salt, value)) ??
    (await decrypt(value, secrets, salt));
  return token.exp > now / 1000 ? token : null;
}

/** Whether no cookie holds this session yet, or only one that an older secret made. */
export function needsRewrite(session: Session): boolean {
  return !cookieValues().has(session);
}

async function decrypt(value: string, secrets: readonly string[], salt: string): Promise<Session> {
  const { payload, isNewest } = await unseal(value, secrets, salt);
  const token = parseSession(payload);
  if (!isNewest) return token;
  decryptedSessions().set(cacheKey(secrets[0], salt, value), token);
  cookieValues().set(token, Promise.resolve(value));
  return token;
}
