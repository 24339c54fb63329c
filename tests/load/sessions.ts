import { request, type APIRequestContext } from "@playwright/test";
import { decode, encode } from "next-auth/jwt";
import { isSession, type Session } from "../../lib/session/model/session";
import { signInByRequests } from "../e2e/requests";
import { expired } from "./expired";

const cookieName = "authjs.session-token";

/** An HTTP client with cookies and redirects, in place of a browser. */
export type Client = APIRequestContext;

/** Signs a seeded user in without a browser, and returns the signed-in client. */
export async function signedIn(baseURL: string, username: string): Promise<Client> {
  const client = await request.newContext({ baseURL });
  await signInByRequests({ request: client }, username);
  return client;
}

/** The session in a client's cookie jar. */
async function sessionOf(client: Client, secret: string): Promise<Session> {
  const { cookies } = await client.storageState();
  const value = cookies.find(({ name }) => name === cookieName)?.value;
  const token = await decode({ token: value, secret, salt: cookieName });
  if (!isSession(token)) throw new Error("The client has no session.");
  return token;
}

/** Replaces the client by one whose cookie has an access token that is about to expire. */
export async function atExpiry(client: Client, baseURL: string, secret: string): Promise<Client> {
  const token = { ...expired(await sessionOf(client, secret)) };
  const value = await encode({ token, secret, salt: cookieName, maxAge: 7 * 24 * 3600 });
  const { cookies, origins } = await client.storageState();
  const jar = cookies.map((cookie) => (cookie.name === cookieName ? { ...cookie, value } : cookie));
  await client.dispose();
  return request.newContext({ baseURL, storageState: { cookies: jar, origins } });
}
