import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { parseUserClaims, type UserClaims } from "@/lib/logto/claims";
import type { TokenResponse } from "@/lib/logto/tokens";

/*
 * The shape of a session and its times. It is the last of the five files to read first (README.md).
 *
 * Ten words, used everywhere in the same sense:
 *
 * - subject: Logto's id of a user, which is the user's id here too.
 * - session: one user, signed in in one browser. `sessionId` is our id of it, `logtoSessionId` Logto's.
 * - store: where sessions are kept. Cookie store (AUTH_SESSION_STRATEGY=jwt): the encrypted cookie
 *   is the session, tokens included. Row store (=database): the cookie is a random string that
 *   names a row, which has the tokens encrypted.
 * - grant: what the user allowed this app at Logto. It lives as long as Logto accepts its newest
 *   refresh token.
 * - renewal: new tokens and claims by the refresh token, ahead of the access token's end.
 * - exchange: an access token for an API or an organization, by the same refresh token.
 * - version: counts changes of the tokens, so that of two copies of one session the newer can be
 *   told.
 * - tombstone: what is left of a session whose grant was refused, by Logto or because the user may
 *   not come here any more. It has no tokens. Whoever has one reads "your session has ended".
 * - state: what one process knows of a session, in memory. Status: how a request's session stands
 *   (lifecycle/session-status.ts).
 * - guard: checks a requirement beside the data that it protects.
 */

/**
 * How long a session lasts without a request, in seconds. A renewal sets it anew, and so does use
 * once less than half is left.
 */
export const sessionLifetime = 7 * 24 * 60 * 60;

/** The tokens of a Logto grant. Times are seconds. The row store seals them. */
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
 * A session, whichever store keeps it. Times are seconds since 1970. Server-side only: nothing of
 * this but the claims that `toPublicSession` lists ever reaches a browser.
 *
 * It has no member `sub`: by a member of that name Auth.js would link accounts.
 */
const session = z.object({
  subject: z.string().min(1),
  /**
   * Our id of this session: random, it survives renewals, and state in memory is shared by it
   * alone.
   */
  sessionId: z.string().min(1),
  /** Logto's id of it, by which a back-channel logout may name it. */
  logtoSessionId: z.string().optional(),
  /** When it began, by Logto's clock. */
  startedAt: z.number(),
  /**
   * When the user proved who they are, where that is known: a sign-in at Logto may pass without a
   * password.
   */
  authenticatedAt: z.number().optional(),
  version: z.number().int().nonnegative(),
  claims: z.looseObject({ sub: z.string() }),
  /**
   * Names of claims that are not here, as the cookie had no room for them (`withoutLargeClaims`).
   */
  omitted: z.array(z.string()).min(1).optional(),
  ...grantTokens.partial().shape,
  /** When the session ends. */
  exp: z.number(),
  /** When the grant was refused: then this is a tombstone. */
  endedAt: z.number().optional(),
});

/** @see session */
export type Session = Readonly<z.output<typeof session>>;

/** What earlier versions of this app called these members in the cookie. */
const earlierNames = {
  sub: "subject",
  sid: "sessionId",
  logtoSid: "logtoSessionId",
  generation: "version",
};

/**
 * Parses what a store kept, under the names of today or of an earlier version.
 *
 * @throws z.ZodError
 */
export function parseSession(stored: unknown): Session {
  const members = z.record(z.string(), z.unknown()).parse(stored);
  const renamed = Object.entries(earlierNames).map(([from, to]) => [to, members[from]]);
  return Object.freeze(session.parse({ ...Object.fromEntries(renamed), ...members }));
}

/** Tells a session from whatever else Auth.js passes as a token. */
export function isSession(value: unknown): value is Session {
  return session.safeParse(value).success;
}

const seconds = (now: number) => Math.floor(now / 1000);

/** What an id_token says about the session that began with it (OIDC Core §2). */
const idTokenTimes = z.object({
  iat: z.number(),
  auth_time: z.number().optional(),
  sid: z.string().optional(),
});

/** What the token endpoint answered to the code exchange, as Auth.js passes it on. */
interface CodeExchange {
  providerAccountId: string;
  access_token?: string | undefined;
  expires_in?: number | undefined;
  refresh_token?: string | undefined;
}

/**
 * The session of a user who just signed in at Logto.
 *
 * @param response of the token endpoint
 * @param idToken the id_token's validated claims
 * @param now in milliseconds
 * @throws z.ZodError when Logto's answer has no access token or subject
 */
export function beginSession(response: CodeExchange, idToken: unknown, now = Date.now()): Session {
  const { iat, auth_time, sid: logtoSessionId } = idTokenTimes.parse(idToken);
  const expiresIn = response.expires_in ?? 3600;
  const expiresAt = seconds(now) + expiresIn;
  return parseSession({
    subject: response.providerAccountId,
    sessionId: crypto.randomUUID(),
    logtoSessionId,
    startedAt: iat,
    authenticatedAt: auth_time,
    version: 0,
    claims: parseUserClaims(idToken),
    accessToken: response.access_token,
    expiresAt,
    expiresIn,
    refreshToken: response.refresh_token,
    // Without a refresh token Logto is never asked again, so the session is as good as its access
    // token.
    exp: response.refresh_token ? seconds(now) + sessionLifetime : expiresAt,
  });
}

/**
 * The session after a renewal: new tokens, and claims as they are now (a role that was taken away
 * is gone).
 */
export function renewedSession(
  before: Session,
  response: TokenResponse,
  now = Date.now(),
): Session {
  return Object.freeze({
    ...exchangedSession(before, response),
    version: before.version + 1,
    accessToken: response.accessToken,
    expiresAt: seconds(now) + response.expiresIn,
    expiresIn: response.expiresIn,
    exp: seconds(now) + sessionLifetime,
  });
}

/**
 * The session after an exchange, which may have rotated the refresh token and brings new claims.
 */
export function exchangedSession(before: Session, response: TokenResponse): Session {
  const { refreshToken } = response;
  const { claims, omitted } = response.claims ? { claims: response.claims } : before;
  const isSame = refreshToken === before.refreshToken;
  // The very same object: stores write what is not the object that they gave.
  if (isSame && isDeepStrictEqual([claims, omitted], [before.claims, before.omitted]))
    return before;
  if (isSame) return Object.freeze({ ...before, claims, omitted });
  return Object.freeze({
    ...before,
    claims,
    omitted,
    refreshToken,
    version: before.version + 1,
  });
}

/**
 * The session without its largest claims, as many as it takes to have `limit` bytes at most as
 * JSON; `roles` is the last to go, as an API beside the app may read it in the cookie. It names
 * them, so that no one takes an omitted claim for an empty one (lifecycle/complete-session.ts).
 */
export function withoutLargeClaims(session: Session, limit: number): Session {
  const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  const { sub, ...others } = session.claims;
  const rank = ([name, value]: [string, unknown]) => (name === "roles" ? 0 : sizeOf(value));
  const left = Object.entries(others).sort((one, other) => rank(one) - rank(other));
  let smaller = session;
  while (sizeOf(smaller) > limit) {
    const [name] = left.pop() ?? [];
    if (name === undefined) break;
    smaller = {
      ...smaller,
      claims: { sub, ...Object.fromEntries(left) },
      omitted: [...(smaller.omitted ?? []), name],
    };
  }
  return smaller;
}

/** The session with the claims that it lacks, as userinfo has them. */
export function completedSession(before: Session, userinfo: UserClaims): Session {
  if (!before.omitted) return before;
  const found = before.omitted.filter((name) => name in userinfo);
  const claims = {
    ...before.claims,
    ...Object.fromEntries(found.map((name) => [name, userinfo[name]])),
  };
  return Object.freeze({ ...before, claims, omitted: undefined });
}

/** The tombstone of a session whose grant was refused. `now` in milliseconds. */
export function toTombstone(
  { subject, sessionId, startedAt, version, exp }: Session,
  now = Date.now(),
): Session {
  return Object.freeze({
    subject,
    sessionId,
    startedAt,
    version,
    exp,
    claims: { sub: subject },
    endedAt: seconds(now),
  });
}

/** The same session with its whole life before it. `now` in milliseconds. */
export function extendedSession(before: Session, now = Date.now()): Session {
  return Object.freeze({ ...before, exp: seconds(now) + sessionLifetime });
}

/**
 * Of two copies of one session, whether `one` has later tokens than `other`, or the same tokens and
 * a longer life.
 */
export function isNewer(one: Session, other: Session): boolean {
  return one.version === other.version ? one.exp > other.exp : one.version > other.version;
}

/** When an access token expires, and its lifetime, in seconds. Without one nothing expires. */
type Lifetime = Pick<Session, "expiresAt" | "expiresIn">;

/**
 * Whether a token should be replaced now: ahead of its end by 60 s, or by a quarter of a shorter
 * life. `now` in milliseconds.
 */
export function isExpiring(
  { expiresAt = Infinity, expiresIn = 0 }: Lifetime,
  now = Date.now(),
): boolean {
  return now / 1000 >= expiresAt - Math.min(60, expiresIn / 4);
}

/** Whether a token is of no use any more. `now` in milliseconds. */
export function isExpired({ expiresAt = Infinity }: Lifetime, now = Date.now()): boolean {
  return now / 1000 >= expiresAt;
}

/**
 * Whether the session should last longer: less than half of its life is left. `now` in
 * milliseconds.
 */
export function needsExtension({ exp, refreshToken }: Session, now = Date.now()): boolean {
  return refreshToken !== undefined && exp - now / 1000 < sessionLifetime / 2;
}
