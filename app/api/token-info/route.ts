import { env } from "@/lib/env";
import { withSession } from "@/lib/session/guards";
import { getSessionDetails } from "@/lib/session/userinfo";

/**
 * What the server knows of the session that asks: the claims of its id_token, as kept, and when it
 * and its access token end. Never a token, nor the id of the session.
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
