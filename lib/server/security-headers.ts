import { env, isHttps, isProduction } from "@/lib/env";

/**
 * What pages may load and where they may send to. No nonces: a page that is rendered at build time
 * can't have one, and its inline scripts, by which Next.js brings the page's data, differ from page
 * to page. So inline scripts run; what a hole in a page could add beyond them does not: foreign
 * scripts, event handlers in attributes, styles, frames, plugins, another base, forms that send to
 * elsewhere, requests to elsewhere.
 */
function contentSecurityPolicy(): string {
  const { AUTH_LOGTO_ISSUER, AUTH_COOKIE_DOMAIN, AUTH_URL } = env();
  const issuer = new URL(AUTH_LOGTO_ISSUER).origin;
  const scheme = isHttps() ? "https" : "http";
  const policy: Record<string, (string | false | undefined)[]> = {
    "default-src": ["'self'"],
    // The development server's overlay and React's stack traces need the rest.
    "script-src": ["'self'", "'unsafe-inline'", !isProduction && "'unsafe-eval'"],
    "script-src-attr": ["'none'"],
    "style-src": ["'self'", !isProduction && "'unsafe-inline'"],
    // Pictures of users come from any host; Logto's, where it is on http.
    "img-src": ["'self'", "data:", "https:", issuer],
    // Hosts that get the session cookie may also be asked.
    "connect-src": [
      "'self'",
      AUTH_COOKIE_DOMAIN && `${scheme}://*.${AUTH_COOKIE_DOMAIN}:*`,
      !isProduction && "ws:",
    ],
    // Signing in and out are forms of ours that end at Logto, and browsers look at the whole way:
    // from another host by AUTH_URL.
    "form-action": ["'self'", AUTH_URL && new URL(AUTH_URL).origin, issuer],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "object-src": ["'none'"],
    ...(isHttps() && { "upgrade-insecure-requests": [] }),
  };
  return Object.entries(policy)
    .map(([directive, sources]) => [directive, ...sources.filter(Boolean)].join(" "))
    .join("; ");
}

/**
 * Whether pages may show a picture of a user: what `img-src` allows, of addresses that come from
 * elsewhere. Left to the browser, a picture on plain http would be an error in its console.
 *
 * @param address as the identity provider gives it
 */
export function isShownPicture(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password, href } = new URL(address);
  // Browsers load no part of a page from an address with credentials.
  if (username || password) return false;
  if (protocol === "http:") return host === new URL(env().AUTH_LOGTO_ISSUER).host && !isHttps();
  return protocol === "https:" || href.startsWith("data:image/");
}

/** Two years, in seconds. */
const hstsLifetime = 2 * 365 * 24 * 60 * 60;

/**
 * Adds the headers that depend on the configuration, and so are not known to next.config.ts, which
 * has the others: where the issuer is, and whether the app is on https.
 *
 * @param response an answer of middleware
 */
export function withSecurityHeaders(response: Response): Response {
  response.headers.set("content-security-policy", contentSecurityPolicy());
  if (isHttps()) {
    response.headers.set("strict-transport-security", `max-age=${hstsLifetime}`);
    response.headers.set("cross-origin-opener-policy", "same-origin");
  }
  return response;
}
