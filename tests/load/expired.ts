import type { Session } from "@/lib/session/model/session";

/**
 * The session with an access token that is about to expire, so that no test has to wait. Its
 * version is higher by one, as if another process had renewed it.
 */
export const expired = (token: Session): Session => ({
  ...token,
  version: token.version + 1,
  expiresAt: Math.floor(Date.now() / 1000) + 5,
});
