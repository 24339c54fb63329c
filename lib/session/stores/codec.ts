import { decodeProtectedHeader } from "jose";
import { log } from "@/lib/log";
import { BoundedMap } from "@/lib/bounded-map";
import { isFirstTime, processWide } from "@/lib/process-wide";
import { parseSession, withoutLargeClaims, type Session } from "../model/session";
import { encryptionKey, seal, unseal } from "./seal";

/*
 * Encrypts and decrypts session cookies in Auth.js's format, with the cookie's name as salt, so that
 * `getToken` of next-auth can read our cookies. It is faster than Auth.js: each key is derived once
 * (seal.ts), and the last sessions are cached, so that middleware and the page of one request need
 * one decryption.
 */

/**
 * Largest size of a session as JSON, in bytes; encrypted that is about 6 KB. By default nginx and
 * Apache reject a Cookie header above 8 KB, and Node.js rejects headers above 16 KB, other cookies
 * included. A user above such a limit could open no page any more, not even the sign-in page.
 * Tokens always stay: those of Logto have about 100 bytes.
 */
const maxSessionBytes = 4_300;

const decryptedSessions = () =>
  processWide("decrypted", () => new BoundedMap<string, Session>(1_000));
const cacheKey = (secret = "", salt: string, value: string) => `${secret} ${salt} ${value}`;
/** The cookie value that a session was read from or written as. */
const cookieValues = () => processWide("values", () => new WeakMap<Session, Promise<string>>());

/**
 * Encrypts a session. For an unchanged session it returns the value of its cookie. A changed one is
 * encrypted once, even if parallel requests write it.
 *
 * @param secrets newest first; the newest encrypts
 * @param salt the session cookie's name
 */
export async function encodeSession(
  session: Session,
  secrets: readonly string[],
  salt: string,
): Promise<string> {
  const value = cookieValues().get(session) ?? encrypt(session, secrets[0] ?? "", salt);
  cookieValues().set(session, value);
  return value;
}

async function encrypt(session: Session, secret: string, salt: string): Promise<string> {
  const stored = withoutLargeClaims(session, maxSessionBytes);
  const { subject: user, omitted } = stored;
  if (omitted && isFirstTime(`claims of ${user} omitted`))
    log.warn("session too large for a cookie", {
      user,
      omitted,
      instead: "fetched from userinfo when needed",
    });
  const value = await seal({ ...stored, jti: crypto.randomUUID() }, secret, salt, session.exp);
  // With all claims, so that this process does not have to fetch them.
  decryptedSessions().set(cacheKey(secret, salt, value), session);
  return value;
}

/**
 * Whether a session cookie belongs to another app: made with another secret, or by a row store.
 *
 * @param value one that `decodeSession` could not read
 */
export async function isForeignCookie(
  value: string,
  secrets: readonly string[],
  salt: string,
): Promise<boolean> {
  if (isRowStoreCookie(value)) return true;
  try {
    const { kid } = decodeProtectedHeader({ protected: value.split(".", 1)[0] });
    const own = await Promise.all(secrets.map((secret) => encryptionKey(secret, salt)));
    return kid !== undefined && own.every((key) => key.kid !== kid);
  } catch {
    return false;
  }
}

/** Cookies of our row store have 43 characters, those of Auth.js 36. */
const isRowStoreCookie = (value: string) => /^[\w-]{36,43}$/.test(value);

/**
 * Decrypts a session cookie.
 *
 * @param secrets newest first; any of them decrypts
 * @returns null if the session has expired
 * @throws if the value was tampered with, truncated, or made with another secret or by another app
 */
export async function decodeSession(
  value: string,
  secrets: readonly string[],
  salt: string,
  now = Date.now(),
): Promise<Session | null> {
  const session =
    decryptedSessions().get(cacheKey(secrets[0], salt, value)) ??
    (await decrypt(value, secrets, salt));
  return session.exp > now / 1000 ? session : null;
}

/** Whether a session is in no cookie yet, or only in one that an older secret encrypted. */
export function needsRewrite(session: Session): boolean {
  return !cookieValues().has(session);
}

async function decrypt(value: string, secrets: readonly string[], salt: string): Promise<Session> {
  const { payload, isNewest } = await unseal(value, secrets, salt);
  const session = parseSession(payload);
  if (!isNewest) return session;
  decryptedSessions().set(cacheKey(secrets[0], salt, value), session);
  cookieValues().set(session, Promise.resolve(value));
  return session;
}
