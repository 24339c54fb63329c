import { hasErrorName } from "@/lib/process-wide";

/**
 * What counts of a discovery document, which may be anything, before any of it is used (OpenID
 * Connect Discovery §3).
 */
type Document = Readonly<Record<string, unknown>>;

/**
 * Why the name in an issuer's discovery document is wrong. The issuer of every token is that name,
 * and it has to be the address that was asked (OpenID Connect Discovery §4.3).
 *
 * @param issuer as configured
 * @returns a sentence's end for the operator, with both names; undefined where the name is right
 */
export function issuerMismatch(issuer: string, document: Document): string | undefined {
  const { issuer: name } = document;
  const named = typeof name === "string" && URL.canParse(name) ? name : undefined;
  if (named && new URL(named).href === new URL(issuer).href) return undefined;
  return `${withoutCredentials(issuer)} (AUTH_LOGTO_ISSUER) names another issuer: ${named ? withoutCredentials(named) : "none that can be read"}`;
}

/** Secrets would pass in clear. The message is for the operator. */
class InsecureEndpointsError extends Error {
  override name = "InsecureEndpointsError";
}

/** Whether an error, or its cause, is an InsecureEndpointsError, of whichever bundle. */
export const hasInsecureEndpoints = (error: unknown): boolean =>
  hasErrorName(error, "InsecureEndpointsError") ||
  (error instanceof Error && hasErrorName(error.cause, "InsecureEndpointsError"));

/**
 * Refuses the document of an issuer on https that has endpoints on http: tokens and the client
 * secret would pass in clear. Logto builds them from the request that it sees, which behind a proxy
 * that ends TLS is on http.
 *
 * @param issuer as configured
 * @throws InsecureEndpointsError
 */
export function checkEndpoints(issuer: string, document: Document): void {
  if (new URL(issuer).protocol !== "https:") return;
  const clear = Object.entries(document).filter(
    ([name, value]) =>
      /_endpoint$|^jwks_uri$/.test(name) && typeof value === "string" && isInClear(value),
  );
  if (clear.length === 0) return;
  throw new InsecureEndpointsError(
    `${withoutCredentials(issuer)} has endpoints on http (${clear.map(([name]) => name).join(", ")}): set TRUST_PROXY_HEADER=1 at Logto, ` +
      "which is behind a proxy that ends TLS, and have the proxy send X-Forwarded-Proto",
  );
}

const isInClear = (url: string) => URL.canParse(url) && new URL(url).protocol === "http:";

/** An address for the log: one line, without credentials. */
function withoutCredentials(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
