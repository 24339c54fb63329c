import { randomBytes } from "node:crypto";
import type { BrowserContext } from "@playwright/test";
import { z } from "zod";
import { devClient, seedPassword } from "../../dev/identity/seed";
import type { IdentityControl } from "./identity-control";

const added = z.object({ id: z.string(), username: z.string() });
const introspection = z.object({ active: z.boolean() });

/** Somebody with an account at the stand-in, whose password is that of the seeded people. */
export type Person = z.output<typeof added>;

/**
 * Adds an account that only this test knows, so that what was issued to it is what this test
 * caused.
 *
 * @param details claims, roles and organizations, as the control endpoint takes them
 */
export async function addPerson(identity: IdentityControl, details: object = {}): Promise<Person> {
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

/** The newest access token and refresh token that were issued to somebody. */
export async function tokensOf(identity: IdentityControl, { id }: Person) {
  const issued = await identity.issued();
  const newest = (kind: string) =>
    issued.findLast((each) => each.sub === id && each.kind === kind)?.value;
  return z
    .object({ accessToken: z.string(), refreshToken: z.string() })
    .parse({ accessToken: newest("access_token"), refreshToken: newest("refresh_token") });
}

/**
 * Whether Logto still accepts a token, asked of its introspection endpoint (RFC 7662), which
 * changes nothing.
 */
export async function isActive(identity: IdentityControl, token: string): Promise<boolean> {
  const { clientId, clientSecret } = devClient;
  const response = await fetch(`${identity.issuer}/token/introspection`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ token }),
  });
  return introspection.parse(await response.json()).active;
}

/** The status with which Logto's userinfo endpoint answers an access token. */
export async function userinfoStatus(
  identity: IdentityControl,
  accessToken: string,
): Promise<number> {
  const response = await fetch(`${identity.issuer}/me`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return response.status;
}

const check = z.object({ user: z.object({ id: z.string() }) });

/** The id that our database gives to whoever is signed in. */
export async function userId({ request }: BrowserContext): Promise<string> {
  return check.parse(await (await request.get("/api/auth/check")).json()).user.id;
}
