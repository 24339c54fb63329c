import * as oidc from "openid-client";
import { z } from "zod";
import { processWide } from "@/lib/process-wide";
import { checkEndpoints, hasInsecureEndpoints, issuerMismatch } from "./discovery-document";
import { isLogtoError, LogtoError } from "./errors";
import { logtoTimeout, fetchWithRetry, withDeadline } from "./fetch-with-retry";

/** The issuer, and the credentials of this relying party there. */
export interface LogtoClient {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** The maximum clock difference between the two servers, in seconds. */
const clockTolerance = 60;
/** How long a discovery document is cached, in milliseconds. */
const discoveryLifetime = 60 * 60 * 1000;
/** How long the last document is used again after a failed refresh, in milliseconds. */
const outageLifetime = 60 * 1000;
/**
 * The timeout of a discovery request, in milliseconds. It is longer than its callers wait: a late
 * response is cached for the next caller.
 */
const discoveryTimeout = 60_000;

/**
 * Cached documents, by client. Process-wide, so that one bundle need not repeat the request of
 * another one.
 */
const discovered = () =>
  processWide(
    "discovered",
    () => new Map<string, { metadata: oidc.ServerMetadata; expiresAt: number }>(),
  );
/**
 * Running requests, by client. A request is late once a caller has given up waiting for it. The
 * next caller then sends another request.
 */
const discovering = () =>
  processWide(
    "discovering",
    () => new Map<string, { document: Promise<oidc.ServerMetadata>; isLate: boolean }>(),
  );

/**
 * A local or container-internal issuer may be on plain http. The operator decides that with
 * AUTH_LOGTO_ISSUER.
 */
const insecure = ({ issuer }: LogtoClient) =>
  new URL(issuer).protocol === "http:" ? [oidc.allowInsecureRequests] : [];

/** openid-client sends either a form or no body. */
const fetchUntil =
  (deadline: number): oidc.CustomFetch =>
  (url, { method, headers, redirect, body }) =>
    fetchWithRetry(
      url,
      { method, headers, redirect, ...(body instanceof URLSearchParams && { body }) },
      deadline,
    );

/** The error of openid-client for a document with another issuer. */
const issuerMismatchError = z.object({
  code: z.literal("OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED"),
  cause: z.object({ body: z.looseObject({ issuer: z.string() }) }),
});

/**
 * Fetches the issuer's discovery document, without a cache, and checks that it can be used.
 *
 * @throws LogtoError as in `discover`
 */
export async function fetchMetadata(client: LogtoClient): Promise<oidc.ServerMetadata> {
  const { issuer, clientId } = client;
  try {
    const configuration = await oidc.discovery(new URL(issuer), clientId, undefined, undefined, {
      [oidc.customFetch]: fetchUntil(Date.now() + discoveryTimeout),
      timeout: discoveryTimeout / 1000,
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

/**
 * Fetches and caches the document. If an earlier request is late, the first response of the two
 * wins.
 */
async function fetchAndCacheMetadata(
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
 * The issuer's discovery document (OpenID Connect Discovery §4). It is fetched once an hour, by one
 * request at a time. During an outage of the issuer the last document remains in use. A document
 * that arrives late is cached for the next caller.
 *
 * @param deadline when to give up, in milliseconds since 1970
 * @throws LogtoError `unavailable`; `rejected` if the document names another issuer, or if its
 *   endpoints would send secrets over plain http
 */
export async function discover(
  client: LogtoClient,
  deadline = Date.now() + logtoTimeout,
): Promise<oidc.ServerMetadata> {
  const key = JSON.stringify([client.issuer, client.clientId, client.clientSecret]);
  const cached = discovered().get(key);
  if (cached && cached.expiresAt > Date.now()) return cached.metadata;
  const earlier = discovering().get(key);
  const current =
    earlier && !earlier.isLate
      ? earlier
      : { document: fetchAndCacheMetadata(client, key, earlier?.document), isLate: false };
  discovering().set(key, current);
  const forget = () => void (discovering().get(key) === current && discovering().delete(key));
  current.document.then(forget, forget);
  try {
    return await withDeadline(deadline, current.document);
  } catch (error) {
    current.isLate = true;
    if (!cached) throw toLogtoError(error);
    cached.expiresAt = Date.now() + outageLifetime;
    return cached.metadata;
  }
}

/**
 * Sends a request with openid-client. The request may be sent twice (fetch-with-retry.ts).
 *
 * @param request receives the openid-client configuration of this client
 * @param leastTime the time that must remain after discovery, in milliseconds. With less the
 *   request is not sent
 * @throws LogtoError
 * @example
 *   withLogto(client, (configuration) => oidc.tokenRevocation(configuration, refreshToken))
 */
export async function withLogto<T>(
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

/** Converts any error of a request to Logto into a LogtoError. */
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
 * Whether the response shows that this issuer cannot be used: it names another issuer, does not
 * know the path, or has insecure endpoints.
 */
function isUnusable(error: unknown): boolean {
  if (hasInsecureEndpoints(error)) return true;
  if (!(error instanceof oidc.ClientError)) return false;
  if (error.code === "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED") return true;
  if (!(error.cause instanceof Response)) return false;
  const { status } = error.cause;
  // 408 and 429 are temporary (RFC 9110 §15.5.9, RFC 6585 §4).
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** The reason of a failed request in one line. The innermost cause says the most. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no usable response";
  const status = error.cause instanceof Response ? `HTTP ${String(error.cause.status)}` : undefined;
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const code =
    cause && "code" in cause && typeof cause.code === "string" ? cause.code : cause?.message;
  return [error.message, status ?? code].filter(Boolean).join(": ");
}
