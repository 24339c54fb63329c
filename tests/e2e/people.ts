import { randomBytes } from "node:crypto";
import { z } from "zod";
import { devClient } from "../../dev/stand-in";
import { seedPassword } from "../../packages/logto-stand-in/src/seed";
import type { StandInControl } from "../../packages/logto-stand-in/src/testing";

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

/** The newest access token and refresh token that were issued to a person. */
export async function tokensOf(identity: StandInControl, { id }: Person) {
  const issued = await identity.issued();
  const newest = (kind: string) =>
    issued.findLast((each) => each.sub === id && each.kind === kind)?.value;
  return z
    .object({ accessToken: z.string(), refreshToken: z.string() })
    .parse({ accessToken: newest("access_token"), refreshToken: newest("refresh_token") });
}

/**
 * Whether Logto still accepts a token, according to its introspection endpoint (RFC 7662). Changes
 * nothing.
 */
export async function isActive(identity: StandInControl, token: string): Promise<boolean> {
  const { clientId, clientSecret } = devClient;
  const response = await fetch(`${identity.issuer}/token/introspection`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({ token }),
  });
  return introspection.parse(await response.json()).active;
}

/** The status of Logto's userinfo endpoint for an access token. */
export async function userinfoStatus(
  identity: StandInControl,
  accessToken: string,
): Promise<number> {
  const response = await fetch(`${identity.issuer}/me`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return response.status;
}
