import { env } from "@/lib/env";
import { withSession } from "@/lib/session/guards";
import { getSessionDetails } from "@/lib/session/userinfo";

/**
 * Returns details of the caller's session: the claims of its id_token, as stored, and when the
 * session and its access token expire. Never returns a token or the session's id.
 */
export const GET = withSession(async () => {
  const { startedAt, expiresAt, accessTokenExpiresAt, claims } = await getSessionDetails();
  return Response.json({
    strategy: env().AUTH_SESSION_STRATEGY,
    startedAt,
    expiresAt,
    accessToken: accessTokenExpiresAt ? { expiresAt: accessTokenExpiresAt } : null,
    claims,
  });
});
