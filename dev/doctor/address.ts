import type { Env } from "../../lib/env";
import { ok, problem, warning, type Finding } from "./finding";

/** Where `npm run dev` puts the app. */
export const developmentOrigin = `http://localhost:${Number(process.env.PORT) || 3000}`;

/** Domains under which strangers have theirs: browsers take no cookie for all of one. */
const publicSuffix =
  /^((ac|co|com|edu|gov|go|ne|net|or|org)\.[a-z]{2}|(vercel|netlify|web)\.app|up\.railway\.app|herokuapp\.com|github\.io|onrender\.com|fly\.dev|(pages|workers)\.dev|azurewebsites\.net|amplifyapp\.com)$/;

/** Whether a URL is one of this machine, where http does no harm. */
export const isLocal = ({ hostname }: URL): boolean =>
  /(^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname);

/**
 * That there is an address in production, and that AUTH_COOKIE_DOMAIN is its domain, `parseEnv` has
 * seen to.
 *
 * @returns the origin that people reach the app at, where the variables tell
 */
export function checkAddress({ AUTH_URL, AUTH_TRUST_HOST, AUTH_COOKIE_DOMAIN, NODE_ENV }: Env): {
  findings: Finding[];
  origin: string | undefined;
} {
  const check = "AUTH_URL";
  if (!AUTH_URL) {
    // `npm run dev` sets AUTH_URL, whatever else there is.
    if (NODE_ENV !== "production") {
      const message = `not set: \`npm run dev\` is at ${developmentOrigin}; a deployed app needs it`;
      return { findings: [ok(check, message)], origin: developmentOrigin };
    }
    const believes =
      "AUTH_TRUST_HOST stands in for it: the app believes X-Forwarded-Host and -Proto, and its cookies are not Secure";
    const remedy =
      "Set it where the app has one address; else the proxy must set both. `--url` checks one address.";
    if (AUTH_TRUST_HOST) return { findings: [warning(check, believes, remedy)], origin: undefined };
    return { findings: [ok(check, "Vercel's own; `--url` checks one address")], origin: undefined };
  }
  const url = new URL(AUTH_URL);
  const findings: Finding[] = [];
  if (url.protocol === "http:" && !isLocal(url))
    findings.push(
      problem(
        check,
        `${url.origin} is on plain http: session cookies pass in the clear`,
        "Use the https address that people type, also where a proxy ends TLS.",
      ),
    );
  if (AUTH_COOKIE_DOMAIN && publicSuffix.test(AUTH_COOKIE_DOMAIN))
    findings.push(
      problem(
        "AUTH_COOKIE_DOMAIN",
        `${AUTH_COOKIE_DOMAIN} is everybody's: browsers refuse such a cookie, and nobody could sign in`,
        "Use a domain of your own, or leave it unset.",
      ),
    );
  if (findings.length === 0) findings.push(ok(check, url.origin));
  return { findings, origin: url.origin };
}
