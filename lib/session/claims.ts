import "server-only";
import type { UserClaims } from "@/lib/logto/claims";
import { fetchUserinfo } from "@/lib/logto/tokens";
import { getAccessToken, toSessionError } from "./access-token";
import { currentToken } from "./current";
import { logtoClient, stateOf, type SessionState } from "./renewal";
import { shared } from "@/lib/shared";

/** How long a session's userinfo is kept, in milliseconds. */
const userinfoLifetime = 30_000;

interface Kept {
  claims: Promise<UserClaims>;
  until: number;
}

const userinfo = () => shared("userinfo", () => new WeakMap<SessionState, Kept>());

/**
 * The claims of the signed-in user's id_token, as Logto sent them at sign-in or at the last renewal.
 *
 * @throws SessionError `signed_out` or `session_ended`
 */
export async function getIdTokenClaims(): Promise<UserClaims> {
  return (await currentToken()).claims;
}

/**
 * The claims of the signed-in user from Logto's `/oidc/me`, some of which no id_token has. Kept for half a minute.
 *
 * @throws SessionError as getAccessToken does; `session_ended` when Logto does not accept the access token any more
 */
export async function getUserinfo(): Promise<UserClaims> {
  const token = await currentToken();
  const state = stateOf(token);
  const kept = userinfo().get(state);
  if (kept && kept.until > Date.now()) return kept.claims;
  const claims = getAccessToken()
    .then(({ accessToken }) => fetchUserinfo(logtoClient(), accessToken, token.sub))
    .catch((error: unknown) => {
      userinfo().delete(state);
      throw toSessionError(error);
    });
  userinfo().set(state, { claims, until: Date.now() + userinfoLifetime });
  return claims;
}

/** Forgets the kept userinfo of the signed-in user, so that the next look asks Logto. */
export async function forgetUserinfo(): Promise<void> {
  userinfo().delete(stateOf(await currentToken()));
}
