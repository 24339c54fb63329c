import * as oidc from "openid-client";
import { z } from "zod";
import { isLogtoError, LogtoError } from "./errors";

/** What identifies this relying party to its issuer. */
export interface LogtoClient {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/**
 * How long one request may take, in seconds. Shorter than Logto's grace interval of 3 s, so that a second try with the
 * same refresh token is still accepted when only the answer to the first got lost (logto-facts "Refresh tokens").
 */
const requestTimeout = 2;
/** How far the clocks of the two servers may differ, in seconds. */
const clockTolerance = 60;
/** How long a discovery document is used before it is fetched again, in milliseconds. */
const discoveryLifetime = 60 * 60 * 1000;

interface Discovered {
  configuration: Promise<oidc.Configuration>;
  expiresAt: number;
}

const discovered = new Map<string, Discovered>();

async function fetchConfiguration({
  issuer,
  clientId,
  clientSecret,
}: LogtoClient): Promise<oidc.Configuration> {
  const url = new URL(issuer);
  const configuration = await oidc.discovery(
    url,
    clientId,
    { [oidc.clockTolerance]: clockTolerance },
    oidc.ClientSecretBasic(clientSecret),
    // A local or container-internal issuer is on plain http; which it is, is the operator's decision.
    { timeout: requestTimeout, execute: url.protocol === "http:" ? [oidc.allowInsecureRequests] : [] },
  );
  configuration.timeout = requestTimeout;
  return configuration;
}

/**
 * openid-client's configuration for this client, with the issuer's discovery document (OpenID Connect Discovery §4).
 * Fetched once an hour, by one request at a time; an outage of the issuer goes on using the last document.
 *
 * @throws LogtoError `unavailable`
 */
export async function discover(client: LogtoClient, now = Date.now()): Promise<oidc.Configuration> {
  const key = JSON.stringify([client.issuer, client.clientId, client.clientSecret]);
  const known = discovered.get(key);
  if (known && known.expiresAt > now) return known.configuration;
  const fetched = sentTwice(() => fetchConfiguration(client)).catch((error: unknown) => {
    if (known) return known.configuration;
    discovered.delete(key);
    throw error;
  });
  discovered.set(key, { configuration: fetched, expiresAt: now + discoveryLifetime });
  return fetched;
}

/**
 * Sends a request, and once more at once when its answer got lost: a consumed refresh token is accepted again within
 * Logto's 3 s, but never later.
 *
 * @throws LogtoError
 */
export async function sentTwice<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (toLogtoError(error).code !== "unavailable") throw toLogtoError(error);
    return await send().catch((second: unknown) => {
      throw toLogtoError(second);
    });
  }
}

const knownCodes = z.enum([
  "invalid_grant",
  "invalid_client",
  "invalid_target",
  "access_denied",
  "insufficient_scope",
]);

const knownChallenges = z.enum(["invalid_token", "insufficient_scope"]);

/** Sorts whatever a request to Logto can fail with into LogtoError's codes. */
export function toLogtoError(error: unknown): LogtoError {
  if (isLogtoError(error)) return error;
  if (error instanceof oidc.ResponseBodyError) {
    const reason = [error.error, error.error_description].filter(Boolean).join(": ");
    if (error.status === 429) return new LogtoError("unavailable", reason, { cause: error });
    const code = knownCodes.safeParse(error.error);
    return new LogtoError(code.success ? code.data : "rejected", reason, { cause: error });
  }
  if (error instanceof oidc.WWWAuthenticateChallengeError) {
    const challenge = error.cause[0]?.parameters.error;
    const known = knownChallenges.safeParse(challenge);
    const code = known.success ? known.data : "invalid_client";
    return new LogtoError(code, `HTTP ${String(error.status)} ${challenge ?? ""}`.trim(), { cause: error });
  }
  return new LogtoError(isForeign(error) ? "rejected" : "unavailable", reasonOf(error), { cause: error });
}

/** Whether what answered is no such server at all: it says that it is another issuer, or knows no such path. */
function isForeign(error: unknown): boolean {
  if (!(error instanceof oidc.ClientError)) return false;
  if (error.code === "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED") return true;
  if (!(error.cause instanceof Response)) return false;
  const { status } = error.cause;
  // Too slow and too many requests pass (RFC 9110 §15.5.9, RFC 6585 §4).
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** One line that says why a request got no usable answer: the innermost cause tells most. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no usable answer";
  const status = error.cause instanceof Response ? `HTTP ${String(error.cause.status)}` : undefined;
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const code = cause && "code" in cause && typeof cause.code === "string" ? cause.code : cause?.message;
  return [error.message, status ?? code].filter(Boolean).join(": ");
}
