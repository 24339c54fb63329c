import { fetchUserinfo } from "@/lib/logto/tokens";
import { toLogtoError } from "@/lib/logto/client";
import { LogtoError } from "@/lib/logto/errors";
import { completedSession, isAccessTokenExpired, type Session } from "../model/session";
import { SessionError } from "../model/errors";
import { logtoClient } from "./logto-client";
import { replaceAccessToken } from "./renewal";
import { toSessionError } from "./to-session-error";
import { sessionState, type SessionState } from "./session-state";

/**
 * Returns a session with all its claims. A cookie that would get too large omits the largest ones
 * (`withoutLargeClaims`). The process of the sign-in or the last renewal has them in memory; after
 * a restart they are fetched from userinfo, once per session.
 *
 * @param session the newest copy in this process
 * @throws SessionError if Logto does not respond (an omitted claim is not an empty one);
 *   `session_ended`
 */
export async function completeSession(session: Session, now = Date.now): Promise<Session> {
  if (!session.omitted) return session;
  const state = sessionState(session);
  try {
    await state.completion.run(() => complete(state, now), now);
  } catch (error) {
    throw toSessionError(error);
  }
  if (state.session.endedAt !== undefined)
    throw new SessionError("session_ended", "Logto rejected the grant");
  return state.session;
}

async function complete(state: SessionState, now: () => number): Promise<void> {
  const { accessToken, subject, omitted } = state.session;
  if (!omitted) return;
  if (!accessToken || isAccessTokenExpired(state.session, now()))
    throw state.renewal.failure ?? new LogtoError("unavailable", "the access token has expired");
  const userinfo = await fetchUserinfo(logtoClient(), accessToken, subject).catch(
    async (error: unknown) => {
      if (toLogtoError(error).code === "invalid_token")
        await replaceAccessToken(state.session, accessToken);
      // The renewal brought all claims, or ended the session.
      if (!state.session.omitted) return undefined;
      throw error;
    },
  );
  // A renewal may have brought them in the meantime, or ended the session.
  if (userinfo) state.session = completedSession(state.session, userinfo);
}
