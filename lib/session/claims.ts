import "server-only";
import { cache } from "react";
import type { UserClaims } from "@/lib/logto/claims";
import { fetchUserinfo } from "@/lib/logto/tokens";
import { getAccessToken, toSessionError } from "./access-token";
import { currentToken } from "./current";
import { logtoClient } from "./renewal";

/**
 * The claims of the signed-in user's id_token, as Logto sent them at sign-in or at the last renewal.
 *
 * @throws SessionError `signed_out` or `session_ended`
 */
export async function getIdTokenClaims(): Promise<UserClaims> {
  return (await currentToken()).claims;
}

/**
 * The claims of the signed-in user from Logto's `/oidc/me`, some of which no id_token has. Asked for once in a render.
 *
 * @throws SessionError as getAccessToken does; `session_ended` when Logto does not accept the access token any more
 */
export const getUserinfo = cache(async (): Promise<UserClaims> => {
  const { sub } = await currentToken();
  const { accessToken } = await getAccessToken();
  try {
    return await fetchUserinfo(logtoClient(), accessToken, sub);
  } catch (error) {
    throw toSessionError(error);
  }
});
