import { requestedOrigin } from "@/lib/app-url";
import { env } from "@/lib/env";

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : undefined);

/**
 * Which page caused a request: one of ours, or one of another origin, such as a sibling subdomain.
 * Browsers say so in `Sec-Fetch-Site`. Old browsers, and all browsers on plain http, only send the
 * page's `Origin`.
 *
 * @returns "unknown" without either header: that is not a browser, and has only cookies that were
 *   given to it on purpose
 */
function requestSource({ headers }: Request): "same-origin" | "cross-origin" | "unknown" {
  const site = headers.get("sec-fetch-site");
  if (site === "same-origin") return "same-origin";
  // "none": the user typed the address or used a bookmark or an extension.
  if (site !== null && site !== "none") return "cross-origin";
  const origin = headers.get("origin");
  if (origin === null) return "unknown";
  const host = hostOf(origin);
  const ours = [env().AUTH_URL ?? "", requestedOrigin(headers)].map(hostOf);
  return host !== undefined && ours.includes(host) ? "same-origin" : "cross-origin";
}

/** Whether a page of ours sent the request. This protects against CSRF as well as a token does. */
export const isSameOrigin = (request: Request): boolean => requestSource(request) === "same-origin";

/**
 * Whether a page of another origin may have caused a write.
 *
 * @returns false for GET, HEAD and OPTIONS: they must not change anything, and another origin can't
 *   read their responses
 */
export const isCrossOrigin = (request: Request): boolean =>
  !["GET", "HEAD", "OPTIONS"].includes(request.method) && requestSource(request) === "cross-origin";
