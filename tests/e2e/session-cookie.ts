import type { APIResponse, BrowserContext, Cookie } from "@playwright/test";
import { decode, encode } from "next-auth/jwt";
import { parseSession, type Session } from "@/lib/session/model/session";
import type { Storage } from "./storage";

const plainName = "authjs.session-token";
/** The size of Auth.js's cookie chunks, in characters. */
const chunkSize = 4096 - 160;

const isSessionCookie = (name: string) => name.startsWith(plainName);

/** What tests need of an app to read and make its sessions. */
export interface SessionApp {
  url: string;
  /** Its AUTH_SECRET. */
  secret: string;
  storage: Storage;
}

/** The session cookies that a browser holds, by name. */
export async function sessionCookies(context: BrowserContext): Promise<Cookie[]> {
  return (await context.cookies()).filter(({ name }) => isSessionCookie(name));
}

/** The session cookie's value in the browser, joined from its chunks. */
export async function sessionValue(context: BrowserContext): Promise<string> {
  const found = await sessionCookies(context);
  const number = (name: string) => Number(name.slice(plainName.length + 1));
  return found
    .sort((one, other) => number(one.name) - number(other.name))
    .map(({ value }) => value)
    .join("");
}

/** Replaces the browser's session cookies with others. */
export async function putCookies(
  context: BrowserContext,
  url: string,
  values: Record<string, string>,
): Promise<void> {
  await context.clearCookies({ name: /^authjs\.session-token/ });
  const options = { url, httpOnly: true, sameSite: "Lax" } as const;
  await context.addCookies(
    Object.entries(values).map(([name, value]) => ({ name, value, ...options })),
  );
}

/**
 * A browser's session: decoded from its cookie with Auth.js's own function, or read from where the
 * app stores it.
 */
export async function readSession(
  context: BrowserContext,
  { secret, storage: { sessions } }: Pick<SessionApp, "secret" | "storage">,
): Promise<Session> {
  const token = await sessionValue(context);
  if (sessions) return sessions.read(token, secret);
  return parseSession(await decode({ token, secret, salt: plainName }));
}

/** Puts a session into the browser's cookie. */
async function putSession(
  context: BrowserContext,
  { url, secret }: SessionApp,
  token: Session,
): Promise<void> {
  const maxAge = 7 * 24 * 60 * 60;
  const value = await encode({ token: { ...token }, secret, salt: plainName, maxAge });
  const chunks = value.match(new RegExp(`.{1,${chunkSize}}`, "g")) ?? [];
  const named = chunks.map((chunk, index): [string, string] => [
    chunks.length === 1 ? plainName : `${plainName}.${index}`,
    chunk,
  ]);
  await putCookies(context, url, Object.fromEntries(named));
}

/**
 * Makes the access token of a browser's session expire.
 *
 * @param left remaining lifetime, in seconds
 * @returns the changed session
 */
export async function expireAccessToken(
  context: BrowserContext,
  app: SessionApp,
  left = 0,
): Promise<Session> {
  const token = await readSession(context, app);
  const expiresAt = Math.floor(Date.now() / 1000) + left;
  const expiring = { ...token, version: token.version + 1, expiresAt };
  if (app.storage.sessions) await app.storage.sessions.write(expiring, app.secret);
  else await putSession(context, app, expiring);
  return expiring;
}

/** The Set-Cookie values of a response that write or remove a session cookie. */
export function writtenSessionCookies(response: APIResponse): string[] {
  return response
    .headersArray()
    .filter(
      ({ name, value }) =>
        name.toLowerCase() === "set-cookie" && /^(__Host-)?authjs\.session/.test(value),
    )
    .map(({ value }) => value);
}
