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
import { logFailure, toSessionError } from "./lifecycle/to-session-error";
import { isSessionError } from "./model/errors";
import type { Session } from "./model/session";

/**
 * The claims of the id_token of the sign-in or the last renewal.
 *
 * @throws SessionError as `auth` does; `signed_out` or `session_ended`
 */
export async function getIdTokenClaims(): Promise<UserClaims> {
  return (await completeSession(await currentSession())).claims;
}

/**
 * Times and claims of the current session, without its tokens and ids.
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
 * The user's claims from Logto's userinfo endpoint `/oidc/me`, which has some that the id_token has
 * not. One request per render. If Logto rejects the access token, the session is renewed and the
 * request is sent again.
 *
 * @throws SessionError as getAccessToken does; `provider_refused` if Logto rejects the new token
 *   too
 */
export const getUserinfo = cache(async (): Promise<UserClaims> => {
  const session = await currentSession();
  const { subject: user } = session;
  const { accessToken } = await getAccessToken();
  const fetchWith = (token: string) => fetchUserinfo(logtoClient(), token, user);
  try {
    return await fetchWith(accessToken).catch(async (error: unknown) => {
      if (!isRejectedToken(error)) throw error;
      log.warn("userinfo rejected the access token", { user });
      return fetchWith(await newAccessToken(accessToken, session));
    });
  } catch (error) {
    const failure = isRejectedToken(error)
      ? new LogtoError("rejected", "Logto rejected a new access token too")
      : error;
    if (!isSessionError(failure)) logFailure("userinfo request failed", failure, { user });
    throw toSessionError(failure);
  }
});

const isRejectedToken = (error: unknown) => isLogtoError(error) && error.code === "invalid_token";

/** @throws SessionError if the session is over; LogtoError if there is no other access token */
async function newAccessToken(rejected: string, session: Session): Promise<string> {
  const status = await replaceAccessToken(session, rejected);
  const { accessToken } = await getAccessToken();
  if (accessToken !== rejected) return accessToken;
  const failure = status.status === "active" ? status.failure : undefined;
  throw failure ?? new LogtoError("invalid_token", "there is no other access token");
}
