import {
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from "jose";
import { z } from "zod";
import { discover, toLogtoError, type LogtoClient } from "./client";
import { logtoTimeout, fetchWithRetry, withDeadline } from "./fetch-with-retry";

/**
 * The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4). It names a subject, a
 * session at Logto, or both.
 */
export interface LogoutToken {
  /** Claim `sub`. Without a session, all sessions of this subject have ended. */
  subject?: string | undefined;
  /** Claim `sid`: the session at Logto that has ended, as the id_token named it. */
  logtoSessionId?: string | undefined;
  /** Tells one logout token from every other. */
  jti: string;
  /** In seconds, by Logto's clock. */
  issuedAt: number;
}

/** How old a logout token may be, in seconds: Logto sends it at once, and never again. */
const logoutTokenLifetime = 5 * 60;
/**
 * How far the clocks of the two servers may differ, in seconds. Signing in does not mind a Logto
 * that is ahead, and one that is behind only from the hour on that an id_token lives: whoever could
 * sign in is signed out, too. Logto sends a logout token once. An old one ends nothing that began
 * after it, by Logto's own clock, so this may be generous.
 */
const clockTolerance = 60 * 60;
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

const reasons = {
  malformed: "it is no signed JWT",
  typ: "its header's typ is not logout+jwt",
  alg: "it is not signed with an algorithm of the issuer's",
  kid: "it is signed with a key that the issuer does not have",
  signature: "its signature is wrong",
  iss: "it is from another issuer",
  aud: "it is for another client",
  iat: "it was issued too long ago, in the future, or does not say when",
  nbf: "it is not valid yet",
  exp: "it has expired",
  events: "its events claim is not that of a back-channel logout",
  nonce: "it has a nonce, which an id_token has",
  sub: "it has neither a sub nor a sid, or one that is no text",
  jti: "it has no jti",
};

/** Which check a logout token did not pass. */
export type LogoutTokenErrorCode = keyof typeof reasons;

/** A logout token is refused. The message holds nothing of it. */
export class LogoutTokenError extends Error {
  override name = "LogoutTokenError";

  constructor(readonly code: LogoutTokenErrorCode) {
    super(`The logout token is refused: ${reasons[code]}.`);
  }
}

/**
 * Kept by address, for ten minutes; an unknown key has them fetched anew, twice a minute at most.
 */
const keySets = new Map<string, JWTVerifyGetKey>();

/**
 * @returns finds the key of a token, and throws LogtoError `unavailable` where the keys can't be
 *   fetched in time
 */
function keysAt(jwksUri: string, deadline: number): JWTVerifyGetKey {
  const keys =
    keySets.get(jwksUri) ??
    createRemoteJWKSet(new URL(jwksUri), {
      timeoutDuration: 60_000,
      [customFetch]: (url, { method, headers }) =>
        fetchWithRetry(url, { method, headers }, Date.now() + 60_000),
    });
  keySets.set(jwksUri, keys);
  return async (header, token) => {
    try {
      return await withDeadline(deadline, Promise.resolve(keys(header, token)));
    } catch (error) {
      throw isUnknownKey(error) ? new LogoutTokenError("kid") : toLogtoError(error);
    }
  };
}

const isUnknownKey = (error: unknown) =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;

const failedClaims = z.enum(["typ", "iss", "aud", "iat", "nbf", "exp"]);

function toLogoutTokenError(error: errors.JOSEError): LogoutTokenError {
  if (error instanceof errors.JOSEAlgNotAllowed) return new LogoutTokenError("alg");
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return new LogoutTokenError("signature");
  const isClaim =
    error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired;
  const claim = failedClaims.safeParse(isClaim ? error.claim : undefined);
  return new LogoutTokenError(claim.success ? claim.data : "malformed");
}

const text = z.string().min(1);
const events = z.object({ [logoutEvent]: z.record(z.string(), z.unknown()) });
const endedSession = z
  .object({ sub: text.optional(), sid: text.optional() })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined);

function parseClaims(payload: JWTPayload): LogoutToken {
  if (!events.safeParse(payload.events).success) throw new LogoutTokenError("events");
  // So that no id_token can be passed off as a logout token (§4).
  if ("nonce" in payload) throw new LogoutTokenError("nonce");
  const ended = endedSession.safeParse(payload);
  if (!ended.success) throw new LogoutTokenError("sub");
  const jti = text.safeParse(payload.jti);
  if (!jti.success) throw new LogoutTokenError("jti");
  const { sub: subject, sid: logtoSessionId } = ended.data;
  const issuedAt = z.number().parse(payload.iat);
  return { subject, logtoSessionId, jti: jti.data, issuedAt };
}

/**
 * Checks a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6). Logto's have no `exp`
 * (logto-facts "Logout"): one that is there counts.
 *
 * @param now in milliseconds
 * @throws LogoutTokenError for the first check that fails
 * @throws LogtoError where the issuer or its keys can't be reached
 */
export async function verifyLogoutToken(
  client: LogtoClient,
  logoutToken: string,
  now = Date.now(),
): Promise<LogoutToken> {
  const metadata = await discover(client);
  // As for id_tokens, and never with a secret: the issuer's public keys are known to everybody
  // (§2.6, RFC 8725 §3.1).
  const algorithms = (metadata.id_token_signing_alg_values_supported ?? []).filter((algorithm) =>
    /^(RS|PS|ES)\d+$|^Ed/.test(algorithm),
  );
  // With the whole time once more: nobody waits for it, and Logto sends no other token.
  const keys = keysAt(metadata.jwks_uri ?? `${client.issuer}/jwks`, Date.now() + logtoTimeout);
  try {
    const { payload } = await jwtVerify(logoutToken, keys, {
      algorithms,
      typ: "logout+jwt",
      issuer: client.issuer,
      audience: client.clientId,
      maxTokenAge: logoutTokenLifetime,
      clockTolerance,
      currentDate: new Date(now),
    });
    return parseClaims(payload);
  } catch (error) {
    throw error instanceof errors.JOSEError ? toLogoutTokenError(error) : error;
  }
}
