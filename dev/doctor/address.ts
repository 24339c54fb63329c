import type { Env } from "../../lib/env";
import { ok, problem, warning, type Finding } from "./finding";

/** Where `npm run dev` puts the app. */
export const developmentOrigin = `http://localhost:${Number(process.env.PORT) || 3000}`;

/** Public suffixes, under which anyone can register a domain: browsers reject cookies for them. */
const publicSuffix =
  /^((ac|co|com|edu|gov|go|ne|net|or|org)\.[a-z]{2}|(vercel|netlify|web)\.app|up\.railway\.app|herokuapp\.com|github\.io|onrender\.com|fly\.dev|(pages|workers)\.dev|azurewebsites\.net|amplifyapp\.com)$/;

/** Whether a URL points to this machine, where plain http is safe. */
export const isLocal = ({ hostname }: URL): boolean =>
  /(^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname);

/**
 * Checks the app's address. `parseEnv` has checked before that there is one in production, and that
 * AUTH_COOKIE_DOMAIN is its domain.
 *
 * @returns the findings, and the origin that users open; undefined if the variables don't say
 */
export function checkAddress({ AUTH_URL, AUTH_TRUST_HOST, AUTH_COOKIE_DOMAIN, NODE_ENV }: Env): {
  findings: Finding[];
  origin: string | undefined;
} {
  const check = "AUTH_URL";
  if (!AUTH_URL) {
    // `npm run dev` always sets AUTH_URL.
    if (NODE_ENV !== "production") {
      const message = `not set: \`npm run dev\` uses ${developmentOrigin}; a deployed app needs it`;
      return { findings: [ok(check, message)], origin: developmentOrigin };
    }
    const message =
      "not set: with AUTH_TRUST_HOST the app trusts X-Forwarded-Host and -Proto, and its cookies are not Secure";
    const remedy =
      "Set it if the app has one address. Otherwise the proxy must set both headers. `--url` checks one address.";
    if (AUTH_TRUST_HOST) return { findings: [warning(check, message, remedy)], origin: undefined };
    const onVercel = "not set: Vercel provides the address; `--url` checks one";
    return { findings: [ok(check, onVercel)], origin: undefined };
  }
  const url = new URL(AUTH_URL);
  const findings: Finding[] = [];
  if (url.protocol === "http:" && !isLocal(url))
    findings.push(
      problem(
        check,
        `${url.origin} uses plain http: session cookies are sent unencrypted`,
        "Use the https address that users open, also if a proxy terminates TLS.",
      ),
    );
  if (AUTH_COOKIE_DOMAIN && publicSuffix.test(AUTH_COOKIE_DOMAIN))
    findings.push(
      problem(
        "AUTH_COOKIE_DOMAIN",
        `${AUTH_COOKIE_DOMAIN} is a public suffix: browsers reject the cookie, so no user could sign in`,
        "Use your own domain, or leave it unset.",
      ),
    );
  if (findings.length === 0) findings.push(ok(check, url.origin));
  return { findings, origin: url.origin };
}
