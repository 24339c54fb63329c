import type { Account } from "next-auth";
import { z } from "zod";
import { parseUserClaims } from "@/lib/logto/claims";
import type { TokenResponse } from "@/lib/logto/tokens";

/** How long a session lasts without a request, in seconds; it slides once less than half is left. */
export const sessionLifetime = 7 * 24 * 60 * 60;

/**
 * What the encrypted session cookie holds (strategy `jwt`). Times are seconds since 1970. Server-side only: nothing of
 * this but the claims that `toSession` lists ever reaches a browser.
 */
export const sessionToken = z.object({
  /** Logto's subject. */
  sub: z.string().min(1),
  /** Our id of this session; survives renewals, and is what gets revoked. */
  sid: z.string().min(1),
  /** Counts the renewals, so that of two cookies of one session the newer can be told. */
  generation: z.number().int().nonnegative(),
  claims: z.looseObject({ sub: z.string() }),
  /** Logto's opaque access token, for userinfo. */
  accessToken: z.string().min(1),
  expiresAt: z.number(),
  /** Lifetime of the access token, in seconds, as issued. */
  expiresIn: z.number(),
  /** Absent when Logto gave none: then nothing can be renewed or exchanged. */
  refreshToken: z.string().min(1).optional(),
  /** When the session ends; set when it is encoded. */
  exp: z.number(),
});

/** @see sessionToken */
export type SessionToken = Readonly<z.output<typeof sessionToken>>;

declare module "@auth/core/jwt" {
  interface JWT {
    sid?: string;
    generation?: number;
    claims?: SessionToken["claims"];
    accessToken?: string;
    expiresAt?: number;
    expiresIn?: number;
    refreshToken?: string | undefined;
  }
}

/** Tells a session from whatever else Auth.js passes as a token. */
export function isSessionToken(value: unknown): value is SessionToken {
  return sessionToken.safeParse(value).success;
}

const seconds = (now: number) => Math.floor(now / 1000);

/**
 * The session of somebody who just signed in.
 *
 * @param account what Auth.js got from the token endpoint
 * @param idToken the id_token's validated claims
 * @param now in milliseconds
 * @throws z.ZodError when Logto's answer has no access token or subject
 */
export function beginSession(account: Account, idToken: unknown, now = Date.now()): SessionToken {
  const claims = parseUserClaims(idToken);
  const expiresIn = account.expires_in ?? 3600;
  return sessionToken.parse({
    // Not `token.sub`: without an adapter Auth.js makes a random id at each sign-in.
    sub: account.providerAccountId,
    sid: crypto.randomUUID(),
    generation: 0,
    claims,
    accessToken: account.access_token,
    expiresAt: seconds(now) + expiresIn,
    expiresIn,
    refreshToken: account.refresh_token,
    exp: seconds(now) + sessionLifetime,
  });
}

/** The session after a renewal: new tokens, and claims as they are now (a role that was taken away is gone). */
export function renewedSession(token: SessionToken, response: TokenResponse, now = Date.now()): SessionToken {
  return {
    ...exchangedSession(token, response),
    generation: token.generation + 1,
    accessToken: response.accessToken,
    expiresAt: seconds(now) + response.expiresIn,
    expiresIn: response.expiresIn,
    exp: seconds(now) + sessionLifetime,
  };
}

/** The session after an exchange for another audience, which may have rotated the refresh token and renews the claims. */
export function exchangedSession(token: SessionToken, response: TokenResponse): SessionToken {
  const { refreshToken, claims = token.claims } = response;
  if (refreshToken === token.refreshToken) return { ...token, claims };
  return { ...token, claims, refreshToken, generation: token.generation + 1 };
}

/** Of two cookies of one session, whether `one` has later tokens than `other`, or the same tokens and a longer life. */
export function isNewer(one: SessionToken, other: SessionToken): boolean {
  return one.generation === other.generation ? one.exp > other.exp : one.generation > other.generation;
}

/**
 * Whether a token should be replaced now: ahead of its end by 60 s, or by a quarter of a shorter life.
 *
 * @param token times in seconds
 * @param now in milliseconds
 */
export function isExpiring(token: { expiresAt: number; expiresIn: number }, now = Date.now()): boolean {
  return now / 1000 >= token.expiresAt - Math.min(60, token.expiresIn / 4);
}

/** Whether a token is of no use any more. `now` in milliseconds. */
export function isExpired(token: { expiresAt: number }, now = Date.now()): boolean {
  return now / 1000 >= token.expiresAt;
}

/** Whether the session should be written anew to last longer: less than half of its life is left. `now` in milliseconds. */
export function isSliding(token: SessionToken, now = Date.now()): boolean {
  return token.exp - now / 1000 < sessionLifetime / 2;
}
