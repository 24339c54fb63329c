import { fetchUserinfo } from "@/lib/logto/tokens";
import { toLogtoError } from "@/lib/logto/client";
import { LogtoError } from "@/lib/logto/errors";
import { completedSession, isExpired, type Session } from "../model/session";
import { SessionError } from "../model/errors";
import { logtoClient } from "./logto-client";
import { replaceAccessToken } from "./renewal";
import { toSessionError } from "./session-error";
import { sessionState, type SessionState } from "./session-state";

/**
 * A session with all its claims. A cookie has no room for very many, and omits the largest
 * (`withoutLargeClaims`). The process in which the sign-in or the last renewal was has them in
 * memory; after a restart it asks userinfo, once a session.
 *
 * @param session the newest copy that this process knows
 * @throws SessionError where Logto does not answer: an omitted claim is not an empty one;
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
    throw new SessionError("session_ended", "Logto refused the grant");
  return state.session;
}

async function complete(state: SessionState, now: () => number): Promise<void> {
  const { accessToken, subject, omitted } = state.session;
  if (!omitted) return;
  if (!accessToken || isExpired(state.session, now()))
    throw state.renewal.failure ?? new LogtoError("unavailable", "the access token has expired");
  const userinfo = await fetchUserinfo(logtoClient(), accessToken, subject).catch(
    async (error: unknown) => {
      if (toLogtoError(error).code === "invalid_token")
        await replaceAccessToken(state.session, accessToken);
      // That brought all claims, or was the session's end.
      if (!state.session.omitted) return undefined;
      throw error;
    },
  );
  // A renewal may have brought them meanwhile, and an end is one.
  if (userinfo) state.session = completedSession(state.session, userinfo);
}
