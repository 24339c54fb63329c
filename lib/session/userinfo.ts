import "server-only";
import { cache } from "react";
import { log } from "@/lib/log";
import type { UserClaims } from "@/lib/logto/claims";
import { isLogtoError, LogtoError } from "@/lib/logto/errors";
import { fetchUserinfo } from "@/lib/logto/tokens";
import { getAccessToken } from "./access-token";
import { completeSession } from "./lifecycle/complete-session";
import { currentSession } from "./lifecycle/current-session";
import { logtoClient } from "./lifecycle/logto-client";
import { replaceAccessToken } from "./lifecycle/renewal";
import { logFailure, toSessionError } from "./lifecycle/session-error";
import { isSessionError } from "./model/errors";
import type { Session } from "./model/session";

/**
 * The claims of the signed-in user's id_token, as Logto sent them at sign-in or at the last
 * renewal.
 *
 * @throws SessionError as `auth` does; `signed_out` or `session_ended`
 */
export async function getIdTokenClaims(): Promise<UserClaims> {
  return (await completeSession(await currentSession())).claims;
}

/**
 * What the server knows of the current session, but its tokens and its id.
 *
 * @throws SessionError as `auth` does; `signed_out` or `session_ended`
 */
export async function getSessionDetails() {
  const { startedAt, exp, expiresAt, claims } = await completeSession(await currentSession());
  return {
    startedAt: new Date(startedAt * 1000),
    expiresAt: new Date(exp * 1000),
    accessTokenExpiresAt: expiresAt === undefined ? undefined : new Date(expiresAt * 1000),
    claims,
  };
}

/**
 * The claims of the signed-in user from Logto's `/oidc/me`, some of which no id_token has. Asked
 * for once in a render. Where Logto does not accept the access token any more, the session is
 * renewed and asked about once more, unless that is its end.
 *
 * @throws SessionError as getAccessToken does; `provider_refused` where Logto refuses the new token
 *   as well
 */
export const getUserinfo = cache(async (): Promise<UserClaims> => {
  const session = await currentSession();
  const { subject: user } = session;
  const { accessToken } = await getAccessToken();
  const ask = (token: string) => fetchUserinfo(logtoClient(), token, user);
  try {
    return await ask(accessToken).catch(async (error: unknown) => {
      if (!isRejectedToken(error)) throw error;
      log.warn("userinfo refused the access token", { user });
      return ask(await newAccessToken(accessToken, session));
    });
  } catch (error) {
    const failure = isRejectedToken(error)
      ? new LogtoError("rejected", "a new access token is refused, too")
      : error;
    if (!isSessionError(failure)) logFailure("userinfo not given", failure, { user });
    throw toSessionError(failure);
  }
});

const isRejectedToken = (error: unknown) => isLogtoError(error) && error.code === "invalid_token";

/** @throws SessionError where the session is over; LogtoError where there is no other token */
async function newAccessToken(refused: string, session: Session): Promise<string> {
  const status = await replaceAccessToken(session, refused);
  const { accessToken } = await getAccessToken();
  if (accessToken !== refused) return accessToken;
  const failure = status.status === "active" ? status.failure : undefined;
  throw failure ?? new LogtoError("invalid_token", "there is no other access token");
}
