import type { TokenResponse } from "@/lib/logto/tokens";
import type { Session } from "@/lib/session/model/session";

const hour = 3600;
export const subject = "k3v9t2m8qx1a";

/**
 * A session that began a minute ago, with an access token that expires in an hour.
 *
 * @param now in milliseconds
 */
export function session(changes: Partial<Session> = {}, now = Date.now()): Session {
  const seconds = Math.floor(now / 1000);
  return {
    subject,
    startedAt: seconds - 60,
    sessionId: crypto.randomUUID(),
    version: 0,
    claims: { sub: subject, name: "Alice Kim", roles: ["admin"] },
    accessToken: "opaque-access-token",
    expiresAt: seconds + hour,
    expiresIn: hour,
    refreshToken: "refresh-token-0",
    exp: seconds + 7 * 24 * hour,
    ...changes,
  };
}

/** A session whose access token is due for renewal. `now` in milliseconds. */
export const expiring = (changes: Partial<Session> = {}, now = Date.now()) =>
  session({ expiresAt: Math.floor(now / 1000) + 30, ...changes }, now);

/** Claims that make a session take several cookies. */
export const manyClaims = {
  sub: subject,
  organizations: Array.from({ length: 180 }, (_, index) => `organization${String(index)}`),
};

/** Logto's response to a token request. By default it repeats the refresh token of `session`. */
export const tokenResponse = (changes: Partial<TokenResponse> = {}): TokenResponse => ({
  accessToken: "new",
  expiresIn: hour,
  refreshToken: "refresh-token-0",
  scopes: [],
  claims: undefined,
  ...changes,
});
