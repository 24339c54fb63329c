import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { parseUserClaims, type UserClaims } from "@/lib/logto/claims";
import type { TokenResponse } from "@/lib/logto/tokens";
import { grantTokens } from "./grant-tokens";

/*
 * The shape of a session, and the times at which it is renewed and ends. Functions here take and
 * return sessions, and do nothing else. This is the last of the five files to read first
 * (README.md).
 *
 * Ten words and what they mean in this code:
 *
 * - subject: Logto's id of a user. It is also our id of the user (`User.id`).
 * - session: one user, signed in with one browser. `sessionId` is our id of it, `logtoSessionId` is
 *   Logto's.
 * - store: where sessions are stored. The cookie store encrypts the whole session, tokens included,
 *   into the cookie. The row store stores it in a row of a database, with the tokens encrypted; the
 *   cookie is a random string that identifies the row.
 * - grant: what Logto granted to this app at a sign-in. It lives as long as Logto accepts its
 *   newest refresh token.
 * - renewal: fetches new tokens and claims with the refresh token, before the access token expires.
 * - exchange: fetches an access token for an API or an organization, with the same refresh token.
 * - version: a number in the session that grows when a renewal or an exchange changes its tokens or
 *   claims. Of two copies the one with the higher version is newer.
 * - tombstone: a session whose grant Logto rejected, or whose user may no longer use this site. It
 *   has no tokens, and nothing follows it. Its user reads "Your session has ended".
 * - status: what a request learns about its session: active, ended, none …
 *   (lifecycle/session-status.ts).
 * - guard: checks the session next to the data that it protects.
 */

/**
 * A session ends after this many seconds without a request. A renewal resets the time, and so does
 * a request when less than half is left.
 */
export const sessionLifetime = 7 * 24 * 60 * 60;

/**
 * A session, in both stores. Times are seconds since 1970. Nothing of it is readable in the
 * browser, which gets only the claims that `toPublicSession` lists.
 *
 * It must not have a member `sub`, because Auth.js would link accounts by it.
 */
const session = z.object({
  subject: z.string().min(1),
  /** Random, and the same for the whole life of the session. State in memory has this key. */
  sessionId: z.string().min(1),
  /** A back-channel logout may name it. */
  logtoSessionId: z.string().optional(),
  /** When the session began, by Logto's clock. */
  startedAt: z.number(),
  /**
   * When the user authenticated at Logto, if Logto said so. It can be long before `startedAt`:
   * Logto asks for no password while its own session lasts.
   */
  authenticatedAt: z.number().optional(),
  version: z.number().int().nonnegative(),
  claims: z.looseObject({ sub: z.string() }),
  /** Names of claims that did not fit into the cookie (`withoutLargeClaims`). */
  omitted: z.array(z.string()).min(1).optional(),
  ...grantTokens.partial().shape,
  /** When the session ends. */
  exp: z.number(),
  /** When the session became a tombstone. No other session has it. */
  endedAt: z.number().optional(),
});

/** @see session */
export type Session = Readonly<z.output<typeof session>>;

/** Names that earlier versions of this app gave to members of the session in the cookie. */
const earlierNames = {
  sub: "subject",
  sid: "sessionId",
  logtoSid: "logtoSessionId",
  generation: "version",
};

/**
 * Parses a stored session, with the names of this or of an earlier version.
 *
 * @throws z.ZodError
 */
export function parseSession(stored: unknown): Session {
  const members = z.record(z.string(), z.unknown()).parse(stored);
  const renamed = Object.entries(earlierNames).map(([from, to]) => [to, members[from]]);
  return Object.freeze(session.parse({ ...Object.fromEntries(renamed), ...members }));
}

/** Auth.js also passes other objects where it expects a token. */
export function isSession(value: unknown): value is Session {
  return session.safeParse(value).success;
}

const seconds = (now: number) => Math.floor(now / 1000);

/** Claims of an id_token about the session (OIDC Core §2). */
const idTokenSessionClaims = z.object({
  iat: z.number(),
  auth_time: z.number().optional(),
  sid: z.string().optional(),
});

/** The token endpoint's response to the code exchange, as Auth.js passes it on. */
interface CodeExchange {
  providerAccountId: string;
  access_token?: string | undefined;
  expires_in?: number | undefined;
  refresh_token?: string | undefined;
}

/**
 * Creates the session of a user who has just signed in at Logto.
 *
 * @param response the token endpoint's
 * @param idToken validated claims of the id_token
 * @param now in milliseconds
 * @throws z.ZodError if there is no subject or no `iat`, or a value is malformed
 */
export function beginSession(response: CodeExchange, idToken: unknown, now = Date.now()): Session {
  const { iat, auth_time, sid: logtoSessionId } = idTokenSessionClaims.parse(idToken);
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
    // Without a refresh token the session can't be renewed, so it ends with its access token.
    exp: response.refresh_token ? seconds(now) + sessionLifetime : expiresAt,
  });
}

/** The session after a renewal, with new tokens and the user's current claims. */
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

/** The session after an exchange: the refresh token may have rotated, the claims be new. */
export function exchangedSession(before: Session, response: TokenResponse): Session {
  const { refreshToken } = response;
  const { claims, omitted } = response.claims ? { claims: response.claims } : before;
  const isSame =
    refreshToken === before.refreshToken &&
    isDeepStrictEqual([claims, omitted], [before.claims, before.omitted]);
  // Returns the same object if nothing changed: a store writes only when it gets another object.
  if (isSame) return before;
  return Object.freeze({ ...before, claims, omitted, refreshToken, version: before.version + 1 });
}

/**
 * Drops the largest claims until the session has at most `limit` bytes as JSON. `roles` goes last,
 * because an API on another subdomain may read it from the cookie. The dropped claims are listed in
 * `omitted`, so that a missing claim is not taken for an empty one (lifecycle/complete-session.ts).
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

/** The session with its omitted claims, taken from userinfo. */
export function completedSession(before: Session, userinfo: UserClaims): Session {
  if (!before.omitted) return before;
  const found = before.omitted.filter((name) => name in userinfo);
  const claims = {
    ...before.claims,
    ...Object.fromEntries(found.map((name) => [name, userinfo[name]])),
  };
  return Object.freeze({ ...before, claims, omitted: undefined });
}

/** The tombstone of a session. @param now in milliseconds */
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

/** The session with its full lifetime from now on. @param now in milliseconds */
export function extendedSession(before: Session, now = Date.now()): Session {
  return Object.freeze({ ...before, exp: seconds(now) + sessionLifetime });
}

/** Whether `one` is a newer copy of a session than `other`: a higher version, or a later end. */
export function isNewer(one: Session, other: Session): boolean {
  return one.version === other.version ? one.exp > other.exp : one.version > other.version;
}

/** Times of an access token, in seconds. A session without one never expires by these. */
type Lifetime = Pick<Session, "expiresAt" | "expiresIn">;

/**
 * Whether it is time to renew an access token: 60 s before it expires, or in the last quarter of a
 * lifetime below 4 minutes.
 *
 * @param now in milliseconds
 */
export function isAccessTokenExpiring(
  { expiresAt = Infinity, expiresIn = 0 }: Lifetime,
  now = Date.now(),
): boolean {
  return now / 1000 >= expiresAt - Math.min(60, expiresIn / 4);
}

/** Whether an access token has expired. @param now in milliseconds */
export function isAccessTokenExpired(
  { expiresAt = Infinity }: Lifetime,
  now = Date.now(),
): boolean {
  return now / 1000 >= expiresAt;
}

/** Whether less than half of the session's lifetime is left. @param now in milliseconds */
export function needsExtension({ exp, refreshToken }: Session, now = Date.now()): boolean {
  return refreshToken !== undefined && exp - now / 1000 < sessionLifetime / 2;
}
