import type { Account } from "next-auth";
import { z } from "zod";
import { parseUserClaims } from "@/lib/logto/claims";
import type { TokenResponse } from "@/lib/logto/tokens";

/** How long a session lasts without a request, in seconds; it slides once less than half is left. */
export const sessionLifetime = 7 * 24 * 60 * 60;

/** The tokens of a Logto grant. Times are seconds. In strategy `database` they are sealed in the session's row. */
export const grantTokens = z.object({
  /** Logto's opaque access token, for userinfo. */
  accessToken: z.string().min(1),
  /** When it expires, and its lifetime as issued. */
  expiresAt: z.number(),
  expiresIn: z.number(),
  /** Absent when Logto gave none: then nothing can be renewed or exchanged. */
  refreshToken: z.string().min(1).optional(),
});

/**
 * A session, whatever keeps it: the encrypted cookie (strategy `jwt`) or a row (`database`). Times are seconds since 1970.
 * Server-side only: nothing of this but the claims that `toSession` lists ever reaches a browser.
 */
export const sessionToken = z.object({
  /** Logto's subject, which is the user's id. */
  sub: z.string().min(1),
  /** Our id of this session; survives renewals, and is what gets revoked. */
  sid: z.string().min(1),
  /** Logto's id of it, by which a back-channel logout may name it. */
  logtoSid: z.string().optional(),
  /** When it began, by Logto's clock. */
  startedAt: z.number(),
  /** When the user proved who they are, where that is known: a sign-in at Logto may pass without a password. */
  authenticatedAt: z.number().optional(),
  /** Counts the renewals, so that of two copies of one session the newer can be told. */
  generation: z.number().int().nonnegative(),
  claims: z.looseObject({ sub: z.string() }),
  ...grantTokens.partial().shape,
  /** When the session ends; set when it is encoded. */
  exp: z.number(),
  /** When Logto refused the grant: the session is over, and has no tokens any more. */
  endedAt: z.number().optional(),
});

/** @see sessionToken */
export type SessionToken = Readonly<z.output<typeof sessionToken>>;

declare module "@auth/core/jwt" {
  interface JWT extends Partial<Omit<SessionToken, "exp" | "sub">> {
    /** Auth.js's own, like `sub`. */
    exp?: number;
  }
}

/** Tells a session from whatever else Auth.js passes as a token. */
export function isSessionToken(value: unknown): value is SessionToken {
  return sessionToken.safeParse(value).success;
}

const seconds = (now: number) => Math.floor(now / 1000);

/** What an id_token says about the session that began with it (OIDC Core §2). */
const idTokenTimes = z.object({
  iat: z.number(),
  auth_time: z.number().optional(),
  sid: z.string().optional(),
});

/**
 * The session of somebody who just signed in at Logto.
 *
 * @param account what Auth.js got from the token endpoint
 * @param idToken the id_token's validated claims
 * @param now in milliseconds
 * @throws z.ZodError when Logto's answer has no access token or subject
 */
export function beginSession(account: Account, idToken: unknown, now = Date.now()): SessionToken {
  const { iat, auth_time, sid: logtoSid } = idTokenTimes.parse(idToken);
  const expiresIn = account.expires_in ?? 3600;
  const expiresAt = seconds(now) + expiresIn;
  return sessionToken.parse({
    sid: crypto.randomUUID(),
    generation: 0,
    // Without a refresh token Logto is never asked again, so the session is as good as its access token.
    exp: account.refresh_token ? seconds(now) + sessionLifetime : expiresAt,
    // Not `token.sub`: without an adapter Auth.js makes a random id at each sign-in.
    sub: account.providerAccountId,
    logtoSid,
    startedAt: iat,
    authenticatedAt: auth_time,
    claims: parseUserClaims(idToken),
    accessToken: account.access_token,
    expiresAt,
    expiresIn,
    refreshToken: account.refresh_token,
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

/** What is left of a session whose grant Logto refused. `now` in milliseconds. */
export function endedSession(token: SessionToken, now = Date.now()): SessionToken {
  const { sub, sid, startedAt, generation, exp } = token;
  return { sub, sid, startedAt, generation, exp, claims: { sub }, endedAt: seconds(now) };
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

/** When an access token expires, and its lifetime, in seconds. Without one nothing expires. */
type Lifetime = Pick<SessionToken, "expiresAt" | "expiresIn">;

/**
 * Whether a token should be replaced now: ahead of its end by 60 s, or by a quarter of a shorter life.
 *
 * @param token times in seconds
 * @param now in milliseconds
 */
export function isExpiring(token: Lifetime, now = Date.now()): boolean {
  const { expiresAt = Infinity, expiresIn = 0 } = token;
  return now / 1000 >= expiresAt - Math.min(60, expiresIn / 4);
}

/** Whether a token is of no use any more. `now` in milliseconds. */
export function isExpired({ expiresAt = Infinity }: Lifetime, now = Date.now()): boolean {
  return now / 1000 >= expiresAt;
}

/** Whether the session should last longer: less than half of its life is left. `now` in milliseconds. */
export function isSliding({ exp, refreshToken }: SessionToken, now = Date.now()): boolean {
  return refreshToken !== undefined && exp - now / 1000 < sessionLifetime / 2;
}
