import { env } from "@/lib/env";

/**
 * Whether a page of another origin, a sibling subdomain's included, may have caused a write. The browser says so in
 * `Sec-Fetch-Site`; one that doesn't, says at least where the page is from in `Origin`. What says neither is no browser,
 * and has no cookie that it was not given on purpose.
 *
 * @returns false for GET, HEAD and OPTIONS, which must change nothing, and whose answers no other origin can read
 */
export function isCrossSite({ method, headers }: Request): boolean {
  if (["GET", "HEAD", "OPTIONS"].includes(method)) return false;
  const site = headers.get("sec-fetch-site");
  if (site === "same-origin") return false;
  // "none": what the user did, in the address bar or by an extension.
  if (site !== null && site !== "none") return true;
  const origin = headers.get("origin");
  if (origin === null) return false;
  const { AUTH_URL } = env();
  const host = AUTH_URL ? new URL(AUTH_URL).host : (headers.get("x-forwarded-host") ?? headers.get("host"));
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
