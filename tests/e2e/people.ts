import { randomBytes } from "node:crypto";
import { type BrowserContext, expect } from "@playwright/test";
import { z } from "zod";
import type { Session } from "@/lib/session/model/session";
import { devClient } from "../../dev/stand-in";
import { seedPassword } from "../../packages/logto-stand-in/src/seed";
import type { StandInControl } from "../../packages/logto-stand-in/src/testing";
import { type SessionApp, readSession } from "./session-cookie";

const added = z.object({ id: z.string(), username: z.string() });
const introspection = z.object({ active: z.boolean() });

/** A user of the stand-in, with the same password as the seeded people. */
export type Person = z.output<typeof added>;

/**
 * Adds an account that only one test uses, so that all tokens issued to it come from this test.
 *
 * @param details claims, roles and organizations, as the control endpoint takes them
 */
export async function addPerson(identity: StandInControl, details: object = {}): Promise<Person> {
  const response = await fetch(`${identity.endpoint}/control/users`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      username: `guest_${randomBytes(6).toString("hex")}`,
      password: seedPassword,
      ...details,
    }),
  });
  return added.parse(await response.json());
}

/** The refresh tokens that were issued to a person, the newest last. */
export async function refreshTokensOf(
  identity: StandInControl,
  { id }: Pick<Person, "id">,
): Promise<string[]> {
  const issued = await identity.issued();
  return issued
    .filter(({ kind, sub }) => sub === id && kind === "refresh_token")
    .map(({ value }) => value);
}

/** The newest refresh token that was issued to a person. */
export async function grantOf(identity: StandInControl, person: Person): Promise<string> {
  return z.string().parse((await refreshTokensOf(identity, person)).at(-1));
}

/** Sends a token to an endpoint of Logto with the app's credentials, but not from the app. */
async function postToken(identity: StandInControl, path: string, token: string) {
  const { clientId, clientSecret } = devClient;
  return fetch(`${identity.issuer}/token/${path}`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ token }),
  });
}

/**
 * Whether Logto still accepts a token, according to its introspection endpoint (RFC 7662). Changes
 * nothing.
 */
export async function isActive(identity: StandInControl, token: string): Promise<boolean> {
  const response = await postToken(identity, "introspection", token);
  return introspection.parse(await response.json()).active;
}

/**
 * Revokes the grant of a browser's session at Logto. Logto's own session with the browser goes on.
 *
 * @returns the session
 */
export async function revokeGrant(
  context: BrowserContext,
  { control, ...app }: SessionApp & { control: StandInControl },
): Promise<Session> {
  const session = await readSession(context, app);
  await postToken(control, "revocation", session.refreshToken ?? "");
  expect(await isActive(control, session.refreshToken ?? "")).toBe(false);
  return session;
}
