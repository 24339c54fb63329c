import { Readable } from "node:stream";
import { log } from "@/lib/log";
import { sendToApi } from "./send-to-api";
import { UnreadableResponseError } from "./encodings";
import { proxiedLocation, targetOf } from "./target";

/**
 * What the API learns of a request, besides method, path and body. Neither cookies nor what says
 * who is on the way.
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

/** What the browser learns of the answer, besides status and body. */
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
 * What the API serves, it serves on this app's origin: opened as a page it must run no script here.
 * And it is the answer to one user, which the browser would show to the next one at the same
 * address.
 */
const ownHeaders = {
  "cache-control": "private, no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** Where a request goes and in whose name. */
export interface Forwarding {
  /** Base URL of the API. */
  apiUrl: string;
  /** Path of the proxy itself, which the request's path begins with. */
  proxyPath: string;
  /** Asked for once it is clear that the request can be forwarded. */
  getAccessToken: () => Promise<string>;
  /**
   * How long the API may be silent before it answers, in milliseconds; then it may stream for as
   * long as it likes.
   */
  timeout?: number;
}

/**
 * Passes a request on to an API with an access token, and its answer back. Both bodies are
 * streamed.
 *
 * @returns the API's answer, whatever its status; or JSON with `error` and `message`: 400
 *   `bad_path`, 502 `api_unavailable`, `api_redirects_elsewhere` or `api_unreadable`, 504
 *   `api_timeout`
 * @throws what `getAccessToken` throws
 */
export async function forward(
  request: Request,
  { apiUrl, proxyPath, getAccessToken, timeout = 30_000 }: Forwarding,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const path = pathname.startsWith(`${proxyPath}/`) ? pathname.slice(proxyPath.length + 1) : "";
  // Next.js has spelled the query anew, as forms do; to some servers a plus is a plus.
  const target = targetOf(apiUrl, path, search.replaceAll("+", "%20"));
  if (!target) return errorJson(400, "bad_path", "This path does not lead to anything at the API.");
  const headers = pick(request.headers, requestHeaders);
  headers.set("authorization", `Bearer ${await getAccessToken()}`);
  headers.set("accept-encoding", "identity");

  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeout);
  try {
    const body = bodyOf(request);
    // A long upload is no silence of the API's.
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
        "The API redirects to a place outside of it.",
      );
    }
    const answered = pick(response.headers, responseHeaders);
    for (const [name, value] of Object.entries(ownHeaders)) answered.set(name, value);
    if (proxied) answered.set("location", proxied);
    const challenge = challengeOf(response);
    if (challenge) answered.set("www-authenticate", challenge);
    return new Response(response.body, { status: response.status, headers: answered });
  } catch (error) {
    if (late.signal.aborted) {
      log.warn("the API does not answer", { path: target.pathname, seconds: timeout / 1000 });
      return errorJson(504, "api_timeout", "The API does not answer. Try again in a moment.");
    }
    if (error instanceof UnreadableResponseError) {
      log.error("the API's answer can't be passed on", {
        path: target.pathname,
        reason: error.message,
      });
      return errorJson(502, "api_unreadable", "The API's answer can't be read.");
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
 * A challenge for a bearer token (RFC 6750 §3, RFC 9449 §7.1), wherever in a list of challenges it
 * is.
 */
const bearerChallenge = (() => {
  const parameter = /[\w-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",]+)/.source;
  return new RegExp(
    `(?:^|,)\\s*((?:Bearer|DPoP)(?:\\s+${parameter}(?:\\s*,\\s*${parameter})*)?)\\s*(?=,|$)`,
    "i",
  );
})();

/**
 * How the API wants to be asked. No browser does anything about a bearer challenge; for `Basic` and
 * `Digest` it would show its password dialog, and for `Negotiate` send what the user has. Where
 * none is left, a 401 has the one that this proxy answers.
 */
function challengeOf({ headers, status }: Response): string | undefined {
  const [, challenge] = bearerChallenge.exec(headers.get("www-authenticate") ?? "") ?? [];
  return challenge ?? (status === 401 ? "Bearer" : undefined);
}

/** The request's body, or null where its headers announce none (RFC 9112 §6.3). */
function bodyOf({ body, headers }: Request): Readable | null {
  const isAnnounced = headers.has("content-length") || headers.has("transfer-encoding");
  return body && isAnnounced ? Readable.from(body, { objectMode: false }) : null;
}

const isRedirect = ({ status, headers }: Response) =>
  status >= 300 && status < 400 && headers.has("location");

/** What the proxy says itself. @param error a code, beside the `message` for people */
export const errorJson = (status: number, error: string, message: string): Response =>
  Response.json({ error, message }, { status, headers: ownHeaders });

/** What became of a connection; where several addresses were tried, at the first of them. */
function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : "unknown";
}
