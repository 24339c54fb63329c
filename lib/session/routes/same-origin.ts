import { requestedOrigin } from "@/lib/app-url";
import { env } from "@/lib/env";

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : undefined);

/**
 * Whether a page of ours caused a request, or one of another origin, a sibling subdomain's
 * included. The browser says so in `Sec-Fetch-Site`; one that doesn't (an old one, or any on plain
 * http), says at least where the page is from in `Origin`.
 *
 * @returns "unknown" for what says neither: that is no browser, and has no cookie that it was not
 *   given on purpose
 */
function requestSource({ headers }: Request): "ours" | "foreign" | "unknown" {
  const site = headers.get("sec-fetch-site");
  if (site === "same-origin") return "ours";
  // "none": what the user did, in the address bar or by an extension.
  if (site !== null && site !== "none") return "foreign";
  const origin = headers.get("origin");
  if (origin === null) return "unknown";
  const host = hostOf(origin);
  const ours = [env().AUTH_URL ?? "", requestedOrigin(headers)].map(hostOf);
  return host !== undefined && ours.includes(host) ? "ours" : "foreign";
}

/** Whether a page of ours certainly sent this: as good a CSRF check as a token in the form. */
export const isSameOrigin = (request: Request): boolean => requestSource(request) === "ours";

/**
 * Whether another origin's page may have caused a write.
 *
 * @returns false for GET, HEAD and OPTIONS, which must change nothing, and whose answers no other
 *   origin can read
 */
export const isCrossSite = (request: Request): boolean =>
  !["GET", "HEAD", "OPTIONS"].includes(request.method) && requestSource(request) === "foreign";
