import { Readable } from "node:stream";
import { log } from "@/lib/log";
import { sendToApi } from "./send-to-api";
import { UnreadableResponseError } from "./encodings";
import { proxiedLocation, targetOf } from "./target";

/**
 * The request headers that are forwarded to the API. No cookies, and no headers about proxies or
 * client addresses.
 */
const requestHeaders = [
  "accept",
  "accept-language",
  "content-encoding",
  "content-language",
  "content-length",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "last-event-id",
  "prefer",
  "range",
  "traceparent",
  "x-request-id",
];

/** The response headers that are forwarded to the browser. */
const responseHeaders = [
  "accept-ranges",
  "allow",
  "content-disposition",
  "content-language",
  "content-range",
  "content-type",
  "etag",
  "last-modified",
  "retry-after",
  "x-request-id",
];

/**
 * The API's responses come from this app's origin. If the browser opens one as a page, it must not
 * run scripts here. A response is also meant for one user. From its cache the browser would show it
 * to the next user at the same address.
 */
const ownHeaders = {
  "cache-control": "private, no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** Where a request is forwarded to, and with which access token. */
export interface Forwarding {
  /** The base URL of the API. */
  apiUrl: string;
  /** The path of the proxy. The path of the request starts with it. */
  proxyPath: string;
  /** Called once it is clear that the request can be forwarded. */
  getAccessToken: () => Promise<string>;
  /**
   * How long the API may take to send its response headers, in milliseconds. It may stream the body
   * for as long as it likes.
   */
  timeout?: number;
}

/**
 * Forwards a request to an API with an access token, and returns the API's response. Both bodies
 * are streamed.
 *
 * @returns the API's response with any status; or JSON with `error` and `message`: 400 `bad_path`,
 *   502 `api_unavailable`, `api_redirects_elsewhere` or `api_unreadable`, 504 `api_timeout`
 * @throws what `getAccessToken` throws
 */
export async function forward(
  request: Request,
  { apiUrl, proxyPath, getAccessToken, timeout = 30_000 }: Forwarding,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const path = pathname.startsWith(`${proxyPath}/`) ? pathname.slice(proxyPath.length + 1) : "";
  // Next.js has re-encoded the query like a form, with `+` for a space. Some servers read `+` as a
  // plus.
  const target = targetOf(apiUrl, path, search.replaceAll("+", "%20"));
  if (!target) return errorJson(400, "bad_path", "This is not a valid path of the API.");
  const headers = pick(request.headers, requestHeaders);
  headers.set("authorization", `Bearer ${await getAccessToken()}`);
  headers.set("accept-encoding", "identity");

  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeout);
  try {
    const body = bodyOf(request);
    // A long upload does not count as a silent API.
    body?.on("data", () => timer.refresh());
    const signal = AbortSignal.any([request.signal, late.signal]);
    const response = await sendToApi(target, { method: request.method, headers, body, signal });
    const location = response.headers.get("location");
    const proxied = location && proxiedLocation(location, target, apiUrl, proxyPath);
    if (isRedirect(response) && !proxied) {
      await response.body?.cancel();
      log.error("the API redirects elsewhere", { path: target.pathname });
      return errorJson(
        502,
        "api_redirects_elsewhere",
        "The API redirects to an address outside the API.",
      );
    }
    const forwardedHeaders = pick(response.headers, responseHeaders);
    for (const [name, value] of Object.entries(ownHeaders)) forwardedHeaders.set(name, value);
    // The range counts bytes of the plain body, so Next.js must not compress it.
    if (response.status === 206)
      forwardedHeaders.set("cache-control", `${ownHeaders["cache-control"]}, no-transform`);
    if (proxied) forwardedHeaders.set("location", proxied);
    const challenge = challengeOf(response);
    if (challenge) forwardedHeaders.set("www-authenticate", challenge);
    return new Response(response.body, { status: response.status, headers: forwardedHeaders });
  } catch (error) {
    if (late.signal.aborted) {
      log.warn("the API does not respond", { path: target.pathname, seconds: timeout / 1000 });
      return errorJson(504, "api_timeout", "The API does not respond. Try again in a moment.");
    }
    if (error instanceof UnreadableResponseError) {
      log.error("the API's response can't be forwarded", {
        path: target.pathname,
        reason: error.message,
      });
      return errorJson(502, "api_unreadable", "The API's response can't be read.");
    }
    if (!request.signal.aborted) log.error("the API can't be reached", { reason: reasonOf(error) });
    return errorJson(502, "api_unavailable", "The API can't be reached. Try again in a moment.");
  } finally {
    clearTimeout(timer);
  }
}

function pick(from: Headers, names: readonly string[]): Headers {
  const picked = new Headers();
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) picked.set(name, value);
  }
  return picked;
}

/**
 * A challenge for a bearer token (RFC 6750 §3, RFC 9449 §7.1), at any position in a list of
 * challenges.
 */
const bearerChallenge = (() => {
  const parameter = /[\w-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",]+)/.source;
  return new RegExp(
    `(?:^|,)\\s*((?:Bearer|DPoP)(?:\\s+${parameter}(?:\\s*,\\s*${parameter})*)?)\\s*(?=,|$)`,
    "i",
  );
})();

/**
 * The challenge that is forwarded to the browser. Browsers ignore a bearer challenge. For `Basic`
 * and `Digest` the browser would show its password dialog, and for `Negotiate` it would send the
 * user's credentials. A 401 without a bearer challenge gets a plain `Bearer`, the scheme of this
 * proxy.
 */
function challengeOf({ headers, status }: Response): string | undefined {
  const [, challenge] = bearerChallenge.exec(headers.get("www-authenticate") ?? "") ?? [];
  return challenge ?? (status === 401 ? "Bearer" : undefined);
}

/** The body of the request; null if the headers announce none (RFC 9112 §6.3). */
function bodyOf({ body, headers }: Request): Readable | null {
  const isAnnounced = headers.has("content-length") || headers.has("transfer-encoding");
  return body && isAnnounced ? Readable.from(body, { objectMode: false }) : null;
}

const isRedirect = ({ status, headers }: Response) =>
  status >= 300 && status < 400 && headers.has("location");

/**
 * A JSON response of the proxy itself.
 *
 * @param error the code for programs
 * @param message the text for people
 */
export const errorJson = (status: number, error: string, message: string): Response =>
  Response.json({ error, message }, { status, headers: ownHeaders });

/** Why the connection failed. If several addresses were tried, the reason of the first one. */
function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : "unknown";
}
