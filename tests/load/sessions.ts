import { request, type APIRequestContext, type APIResponse } from "@playwright/test";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { seedPassword } from "../../packages/logto-stand-in/src/seed";
import { isSession, type Session } from "../../lib/session/model/session";
import { expired } from "./expired";

const cookieName = "authjs.session-token";

/** An HTTP client with cookies and redirects, in place of a browser. */
export type Client = APIRequestContext;

/** Signs a seeded user in without a browser, and returns the signed-in client. */
export async function signedIn(baseURL: string, username: string): Promise<Client> {
  const client = await request.newContext({ baseURL });
  const { csrfToken } = z
    .object({ csrfToken: z.string() })
    .parse(await (await client.get("/api/auth/csrf")).json());
  const page = await client.post("/api/auth/signin/logto", {
    form: { csrfToken, callbackUrl: "/dashboard" },
  });
  await submitPassword(client, page, username);
  return client;
}

/**
 * Enters a seeded user's name and password.
 *
 * @param page the stand-in's sign-in page
 * @throws Error if this does not lead to the app's dashboard
 */
export async function submitPassword(
  client: Client,
  page: APIResponse,
  username: string,
): Promise<void> {
  const { origin, pathname } = new URL(page.url());
  const landed = await client.post(`${origin}${pathname}/sign-in`, {
    form: { identifier: username, password: seedPassword },
  });
  const end = new URL(landed.url());
  if (end.pathname !== "/dashboard") throw new Error(`Signing in ended at ${end.pathname}.`);
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
