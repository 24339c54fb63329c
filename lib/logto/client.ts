import * as oidc from "openid-client";
import { z } from "zod";
import { processWide } from "@/lib/process-wide";
import { checkEndpoints, hasInsecureEndpoints, issuerMismatch } from "./discovery-document";
import { isLogtoError, LogtoError } from "./errors";
import { logtoTimeout, fetchWithRetry, withDeadline } from "./fetch-with-retry";

/** What identifies this relying party to its issuer. */
export interface LogtoClient {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** How far the clocks of the two servers may differ, in seconds. */
const clockTolerance = 60;
/** How long a discovery document is used before it is fetched again, in milliseconds. */
const discoveryLifetime = 60 * 60 * 1000;
/** How long the last one is used while the issuer gives no other, in milliseconds. */
const outageLifetime = 60 * 1000;
/**
 * How long an answer may take that nobody waits for any more, but the next caller will use, in
 * milliseconds.
 */
const lateTimeout = 60_000;

/**
 * By client. Of the whole process: what one bundle waited for in vain, another one need not ask for
 * again.
 */
const discovered = () =>
  processWide(
    "discovered",
    () => new Map<string, { metadata: oidc.ServerMetadata; expiresAt: number }>(),
  );
/**
 * Requests under way. One that a caller has given up is late: the next caller sends another one.
 */
const discovering = () =>
  processWide(
    "discovering",
    () => new Map<string, { answer: Promise<oidc.ServerMetadata>; isLate: boolean }>(),
  );

/**
 * A local or container-internal issuer is on plain http; which it is, is the operator's decision.
 */
const insecure = ({ issuer }: LogtoClient) =>
  new URL(issuer).protocol === "http:" ? [oidc.allowInsecureRequests] : [];

/** Requests of openid-client have a form for a body, or none. */
const fetchUntil =
  (deadline: number): oidc.CustomFetch =>
  (url, { method, headers, redirect, body }) =>
    fetchWithRetry(
      url,
      { method, headers, redirect, ...(body instanceof URLSearchParams && { body }) },
      deadline,
    );

/** What openid-client says of a document whose issuer is another. */
const issuerMismatchError = z.object({
  code: z.literal("OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED"),
  cause: z.object({ body: z.looseObject({ issuer: z.string() }) }),
});

/**
 * Fetches the issuer's discovery document and looks whether it can be used.
 *
 * @throws LogtoError as `discover`
 */
export async function fetchMetadata(client: LogtoClient): Promise<oidc.ServerMetadata> {
  const { issuer, clientId } = client;
  try {
    const configuration = await oidc.discovery(new URL(issuer), clientId, undefined, undefined, {
      [oidc.customFetch]: fetchUntil(Date.now() + lateTimeout),
      timeout: lateTimeout / 1000,
      execute: insecure(client),
    });
    const metadata = configuration.serverMetadata();
    checkEndpoints(issuer, { ...metadata });
    return metadata;
  } catch (error) {
    const other = issuerMismatchError.safeParse(error);
    const fault = other.success && issuerMismatch(issuer, other.data.cause.body);
    throw fault ? new LogtoError("rejected", fault, { cause: error }) : toLogtoError(error);
  }
}

/** The document, by this request or by an earlier one that is late: whichever brings it first. */
async function fetchDocument(
  client: LogtoClient,
  key: string,
  earlier?: Promise<oidc.ServerMetadata>,
) {
  const own = fetchMetadata(client).then((metadata) => {
    discovered().set(key, { metadata, expiresAt: Date.now() + discoveryLifetime });
    return metadata;
  });
  return earlier ? Promise.race([own, earlier.catch(() => own)]) : own;
}

/**
 * The issuer's discovery document (OpenID Connect Discovery §4). Fetched once an hour, by one
 * request at a time; an outage of the issuer goes on using the last document, and one that arrives
 * late is there for the next caller.
 *
 * @param deadline when to give up, in milliseconds since 1970
 * @throws LogtoError `unavailable`; `rejected` for another issuer's, or one by which secrets would
 *   pass in clear
 */
export async function discover(
  client: LogtoClient,
  deadline = Date.now() + logtoTimeout,
): Promise<oidc.ServerMetadata> {
  const key = JSON.stringify([client.issuer, client.clientId, client.clientSecret]);
  const known = discovered().get(key);
  if (known && known.expiresAt > Date.now()) return known.metadata;
  const earlier = discovering().get(key);
  const current =
    earlier && !earlier.isLate
      ? earlier
      : { answer: fetchDocument(client, key, earlier?.answer), isLate: false };
  discovering().set(key, current);
  const forget = () => void (discovering().get(key) === current && discovering().delete(key));
  current.answer.then(forget, forget);
  try {
    return await withDeadline(deadline, current.answer);
  } catch (error) {
    current.isLate = true;
    if (!known) throw toLogtoError(error);
    known.expiresAt = Date.now() + outageLifetime;
    return known.metadata;
  }
}

/**
 * Sends a request by openid-client, which may be sent twice (fetch-with-retry.ts).
 *
 * @param request gets openid-client's configuration for this client
 * @param leastTime without which it is not sent, in milliseconds: discovery may have taken most of
 *   the time that there is
 * @throws LogtoError
 */
export async function sendToLogto<T>(
  client: LogtoClient,
  request: (configuration: oidc.Configuration) => Promise<T>,
  leastTime = 0,
): Promise<T> {
  const deadline = Date.now() + logtoTimeout;
  const metadata = await discover(client, deadline);
  if (deadline - Date.now() < leastTime)
    throw new LogtoError("unavailable", "discovery took too long");
  const configuration = new oidc.Configuration(
    metadata,
    client.clientId,
    { [oidc.clockTolerance]: clockTolerance },
    oidc.ClientSecretBasic(client.clientSecret),
  );
  for (const extend of insecure(client)) extend(configuration);
  configuration[oidc.customFetch] = fetchUntil(deadline);
  configuration.timeout = logtoTimeout / 1000 + 1;
  try {
    return await request(configuration);
  } catch (error) {
    throw toLogtoError(error);
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
    return new LogtoError(code, `HTTP ${String(error.status)} ${challenge ?? ""}`.trim(), {
      cause: error,
    });
  }
  return new LogtoError(isUnusable(error) ? "rejected" : "unavailable", reasonOf(error), {
    cause: error,
  });
}

/**
 * Whether what answered can't be used: it says that it is another issuer, knows no such path, or
 * has no TLS.
 */
function isUnusable(error: unknown): boolean {
  if (hasInsecureEndpoints(error)) return true;
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
  const code =
    cause && "code" in cause && typeof cause.code === "string" ? cause.code : cause?.message;
  return [error.message, status ?? code].filter(Boolean).join(": ");
}
