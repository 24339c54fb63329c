import { hasErrorName } from "@/lib/process-wide";

/**
 * A discovery document before validation. It may contain anything (OpenID Connect Discovery §3).
 */
type Document = Readonly<Record<string, unknown>>;

/**
 * Why the issuer in a discovery document is wrong. It is the issuer of every token, and it must be
 * the address that the document was requested from (OpenID Connect Discovery §4.3).
 *
 * @param issuer as configured
 * @returns the end of a sentence for the operator, with both issuers; undefined if the issuer is
 *   right
 */
export function issuerMismatch(issuer: string, document: Document): string | undefined {
  const { issuer: name } = document;
  const named = typeof name === "string" && URL.canParse(name) ? name : undefined;
  if (named && new URL(named).href === new URL(issuer).href) return undefined;
  return `${withoutCredentials(issuer)} (AUTH_LOGTO_ISSUER) names another issuer: ${named ? withoutCredentials(named) : "no valid URL"}`;
}

/** Secrets would be sent over plain http. The message is for the operator. */
class InsecureEndpointsError extends Error {
  override name = "InsecureEndpointsError";
}

/** Whether an error or its cause is an InsecureEndpointsError, including one of another bundle. */
export const hasInsecureEndpoints = (error: unknown): boolean =>
  hasErrorName(error, "InsecureEndpointsError") ||
  (error instanceof Error && hasErrorName(error.cause, "InsecureEndpointsError"));

/**
 * Rejects a document with http endpoints if the issuer is on https. Tokens and the client secret
 * would be sent over plain http. Logto builds its endpoints from the request that it receives,
 * which is on http behind a proxy that terminates TLS.
 *
 * @param issuer as configured
 * @throws InsecureEndpointsError
 */
export function checkEndpoints(issuer: string, document: Document): void {
  if (new URL(issuer).protocol !== "https:") return;
  const insecure = Object.entries(document).filter(
    ([name, value]) =>
      /_endpoint$|^jwks_uri$/.test(name) && typeof value === "string" && isPlainHttp(value),
  );
  if (insecure.length === 0) return;
  throw new InsecureEndpointsError(
    `${withoutCredentials(issuer)} has endpoints on http (${insecure.map(([name]) => name).join(", ")}): set TRUST_PROXY_HEADER=1 at Logto, ` +
      "which runs behind a proxy that terminates TLS, and let the proxy send X-Forwarded-Proto",
  );
}

const isPlainHttp = (url: string) => URL.canParse(url) && new URL(url).protocol === "http:";

/** A URL for the log: one line, without credentials. */
function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
