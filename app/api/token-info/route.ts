import { env } from "@/lib/env";
import { currentToken } from "@/lib/session/current";
import { withSession } from "@/lib/session/guards";

const time = (seconds: number) => new Date(seconds * 1000).toISOString();

/**
 * What the server knows of the session that asks: the claims of its id_token, as kept, and when it and its access token
 * end. Never a token, nor the id of the session.
 */
export const GET = withSession(async () => {
  const { startedAt, exp, expiresAt, claims } = await currentToken();
  return Response.json({
    strategy: env().AUTH_SESSION_STRATEGY,
    startedAt: time(startedAt),
    expiresAt: time(exp),
    accessToken: expiresAt === undefined ? null : { expiresAt: time(expiresAt) },
    claims,
  });
});
