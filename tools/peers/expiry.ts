import { request } from "@playwright/test";
import { setTimeout as wait } from "node:timers/promises";
import { controlOf } from "../../packages/logto-stand-in/src/testing";
import type { Pair } from "../../tests/e2e/servers";
import { isComplete } from "../../tests/load/requests";
import type { Client } from "../../tests/load/sessions";
import type { Row } from "./table";

/** Requests at once. */
export const parallel = 50;
/** Of access tokens, in seconds. */
const lifetime = 10;

/** Requests a page or handler. @returns "works", or what happened instead */
async function outcome(client: Client, route: string): Promise<string> {
  const response = await client.get(route, { maxRedirects: 0 });
  if (!response.ok()) return String(response.status());
  if ((await response.text()).includes("RefreshTokenError")) return "`RefreshTokenError`";
  return (await isComplete(response)) ? "works" : "an error page";
}

/** Sends the parallel requests. @returns how many were answered */
async function burst(client: Client, route: string): Promise<number> {
  const outcomes = await Promise.all(
    Array.from({ length: parallel }, () => outcome(client, route)),
  );
  return outcomes.filter((each) => each === "works").length;
}

/**
 * Measures what happens when a session's access token expires and refresh tokens rotate at each
 * use: parallel requests with one cookie; 5 s after them one with the cookie of before, as from a
 * tab that missed the new one; then the next expiry. Then the same in a session without the late
 * request.
 *
 * @param pair the app and its stand-in
 * @param grace how long Logto accepts a replaced refresh token, in seconds
 * @param signIn signs a user in
 * @param route needs a session, and renews it
 */
export async function measureExpiry(
  { app, identity }: Pair,
  grace: number,
  signIn: () => Promise<Client>,
  route: string,
): Promise<Omit<Row, "name">> {
  const control = controlOf(identity.endpoint);
  await control.change({
    rotation: "always",
    graceInterval: grace,
    accessTokenLifetime: lifetime,
  });
  const client = await signIn();
  const late = await request.newContext({
    baseURL: app.url,
    storageState: await client.storageState(),
  });
  const expire = () => wait((lifetime + 0.5) * 1000);
  await expire();
  await control.forgetRequests();
  const answered = await burst(client, route);
  const tokenRequests = (await control.requests()).byGrant.refresh_token ?? 0;
  const expiry = expire();
  await wait(5_000);
  const oldCookie = await outcome(late, route);
  await expiry;
  const nextExpiry = await outcome(client, route);

  // Afterwards: of two bursts in a row by two of Playwright's clients, some requests wait for 5 s.
  const alone = await signIn();
  await expire();
  await burst(alone, route);
  await expire();
  const nextExpiryAlone = await outcome(alone, route);
  await Promise.all([client, alone, late].map((each) => each.dispose()));
  return { grace, tokenRequests, answered, sent: parallel, oldCookie, nextExpiry, nextExpiryAlone };
}
