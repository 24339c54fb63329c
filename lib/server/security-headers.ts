import { env, isHttps, isProduction } from "@/lib/env";

/**
 * The Content Security Policy of pages. It has no nonces: a page that is rendered at build time
 * cannot have one. Its inline scripts, with which Next.js delivers the data of the page, differ
 * from page to page. So inline scripts are allowed. Everything else that an injection could add is
 * blocked: foreign scripts, event handlers in attributes, styles, frames, plugins, another base,
 * and forms or requests to other hosts.
 */
function contentSecurityPolicy(): string {
  const { AUTH_LOGTO_ISSUER, AUTH_COOKIE_DOMAIN, AUTH_URL } = env();
  const issuer = new URL(AUTH_LOGTO_ISSUER).origin;
  const scheme = isHttps() ? "https" : "http";
  const policy: Record<string, (string | false | undefined)[]> = {
    "default-src": ["'self'"],
    // The overlay of the development server and React's stack traces need the development-only
    // sources.
    "script-src": ["'self'", "'unsafe-inline'", !isProduction && "'unsafe-eval'"],
    "script-src-attr": ["'none'"],
    "style-src": ["'self'", !isProduction && "'unsafe-inline'"],
    // Pictures of users come from any https host, and from Logto if that is on http.
    "img-src": ["'self'", "data:", "https:", issuer],
    // Requests are also allowed to the hosts that receive the session cookie.
    "connect-src": [
      "'self'",
      AUTH_COOKIE_DOMAIN && `${scheme}://*.${AUTH_COOKIE_DOMAIN}:*`,
      !isProduction && "ws:",
    ],
    // Sign-in and sign-out are forms of this app that end at Logto. Browsers check every redirect
    // that follows a form. On another host one of them goes to AUTH_URL.
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
 * Whether pages may show a picture of a user, according to `img-src`. If the browser blocked the
 * picture itself, it would log an error in its console.
 *
 * @param address from the identity provider, not trusted
 */
export function isShownPicture(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password, href } = new URL(address);
  // Browsers do not load images from a URL with credentials.
  if (username || password) return false;
  if (protocol === "http:") return host === new URL(env().AUTH_LOGTO_ISSUER).host && !isHttps();
  return protocol === "https:" || href.startsWith("data:image/");
}

/** Two years, in seconds. */
const hstsLifetime = 2 * 365 * 24 * 60 * 60;

/**
 * Adds the headers that depend on the configuration: the issuer's origin, and whether the app is on
 * https. next.config.ts sets the other headers; it does not know the configuration.
 *
 * @param response a response of middleware
 */
export function withSecurityHeaders(response: Response): Response {
  response.headers.set("content-security-policy", contentSecurityPolicy());
  if (isHttps()) {
    response.headers.set("strict-transport-security", `max-age=${hstsLifetime}`);
    response.headers.set("cross-origin-opener-policy", "same-origin");
  }
  return response;
}
