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
 * The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4). It contains a
 * subject, a session at Logto, or both.
 */
export interface LogoutToken {
  /** The claim `sub`. Without `logtoSessionId`, all sessions of this subject have ended. */
  subject?: string | undefined;
  /** The claim `sid`: the session at Logto that has ended, as in the id_token. */
  logtoSessionId?: string | undefined;
  /** Unique for each logout token. */
  jti: string;
  /** In seconds since 1970, by Logto's clock. */
  issuedAt: number;
}

/** The maximum age of a logout token, in seconds. Logto sends it at once and only once. */
const logoutTokenLifetime = 5 * 60;
/**
 * The maximum clock difference between the two servers, in seconds. Sign-in works if the clock of
 * Logto is ahead, and if it is behind by less than an hour, the lifetime of an id_token. Sign-out
 * must work wherever sign-in works, because Logto sends a logout token only once. This tolerance
 * may be generous: a logout token only ends sessions that began before it, by Logto's own clock.
 */
const logoutClockTolerance = 60 * 60;
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";

const reasons = {
  malformed: "it is not a signed JWT",
  typ: "the typ in its header is not logout+jwt",
  alg: "its signature algorithm is not one of the issuer",
  kid: "it is signed with a key that the issuer does not have",
  signature: "its signature is wrong",
  iss: "it is from another issuer",
  aud: "it is for another client",
  iat: "its iat is too old, in the future or missing",
  nbf: "it is not valid yet",
  exp: "it has expired",
  events: "its events claim does not contain the back-channel logout event",
  nonce: "it has a nonce, like an id_token",
  sub: "it has neither sub nor sid, or one of them is not a string",
  jti: "it has no jti",
};

/** The check that a logout token failed. */
export type LogoutTokenErrorCode = keyof typeof reasons;

/** A logout token was rejected. The message contains nothing from the token. */
export class LogoutTokenError extends Error {
  override name = "LogoutTokenError";

  constructor(readonly code: LogoutTokenErrorCode) {
    super(`The logout token was rejected: ${reasons[code]}.`);
  }
}

/**
 * The key sets, by URL. jose caches each for ten minutes. For an unknown key it fetches the set
 * again, at most twice a minute.
 */
const keySets = new Map<string, JWTVerifyGetKey>();

/**
 * Returns a function that finds the key of a token. It throws LogtoError `unavailable` if the keys
 * cannot be fetched before the deadline.
 *
 * @param deadline in milliseconds since 1970
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
  // An id_token must not be accepted as a logout token (§4).
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
 * Validates a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6). Logto's tokens have no
 * `exp` (logto-facts "Logout"). If one has it, it is checked.
 *
 * @param now in milliseconds
 * @throws LogoutTokenError for the first check that fails
 * @throws LogtoError if the issuer or its keys are unavailable
 */
export async function verifyLogoutToken(
  client: LogtoClient,
  logoutToken: string,
  now = Date.now(),
): Promise<LogoutToken> {
  const metadata = await discover(client);
  // The algorithms of id_tokens, without the symmetric ones: those would accept a signature made
  // with a public key of the issuer (§2.6, RFC 8725 §3.1).
  const algorithms = (metadata.id_token_signing_alg_values_supported ?? []).filter((algorithm) =>
    /^(RS|PS|ES)\d+$|^Ed/.test(algorithm),
  );
  // With the full timeout again after discovery: no user waits for it, and Logto sends no second
  // logout token.
  const keys = keysAt(metadata.jwks_uri ?? `${client.issuer}/jwks`, Date.now() + logtoTimeout);
  try {
    const { payload } = await jwtVerify(logoutToken, keys, {
      algorithms,
      typ: "logout+jwt",
      issuer: client.issuer,
      audience: client.clientId,
      maxTokenAge: logoutTokenLifetime,
      clockTolerance: logoutClockTolerance,
      currentDate: new Date(now),
    });
    return parseClaims(payload);
  } catch (error) {
    throw error instanceof errors.JOSEError ? toLogoutTokenError(error) : error;
  }
}
