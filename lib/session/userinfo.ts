import "server-only";
import { cache } from "react";
import type { UserClaims } from "@/lib/logto/claims";
import { fetchUserinfo } from "@/lib/logto/tokens";
import { getAccessToken } from "./access-token";
import { toSessionError } from "./lifecycle/session-error";
import { currentSession } from "./lifecycle/current-session";
import { logtoClient } from "./lifecycle/logto-client";

/**
 * The claims of the signed-in user's id_token, as Logto sent them at sign-in or at the last renewal.
 *
 * @throws SessionError `signed_out` or `session_ended`
 */
export async function getIdTokenClaims(): Promise<UserClaims> {
  return (await currentSession()).claims;
}

/**
 * What the server knows of the current session, but its tokens and its id.
 *
 * @throws SessionError `signed_out` or `session_ended`
 */
export async function getSessionDetails() {
  const { startedAt, exp, expiresAt, claims } = await currentSession();
  return {
    startedAt: new Date(startedAt * 1000),
    expiresAt: new Date(exp * 1000),
    accessTokenExpiresAt: expiresAt === undefined ? undefined : new Date(expiresAt * 1000),
    claims,
  };
}

/**
 * The claims of the signed-in user from Logto's `/oidc/me`, some of which no id_token has. Asked for once in a render.
 *
 * @throws SessionError as getAccessToken does; `session_ended` when Logto does not accept the access token any more
 */
export const getUserinfo = cache(async (): Promise<UserClaims> => {
  const { subject } = await currentSession();
  const { accessToken } = await getAccessToken();
  try {
    return await fetchUserinfo(logtoClient(), accessToken, subject);
  } catch (error) {
    throw toSessionError(error);
  }
});
