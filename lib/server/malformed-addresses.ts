import { onRequest } from "./on-request";

/** Next.js answers this with a short 404, before middleware and without looking for a page. */
const nowhere = "/_next/static/malformed-address";

/**
 * Whether a request's path is percent-encoded UTF-8 (RFC 3986 §2.5). Queries are read leniently, as
 * forms are, but for the one that names a picture, which Next.js takes for a path.
 */
export function isWellEncoded(url: string): boolean {
  const [path = "", query = ""] = url.split("?", 2);
  try {
    decodeURIComponent(path);
    if (path === "/_next/image") decodeURIComponent(new URLSearchParams(query).get("url") ?? "");
    return true;
  } catch {
    return false;
  }
}

/**
 * Answers 404 where a path can't be decoded, such as `/organizations/%E0%A4%A`. Next.js finds that
 * out while it matches routes, has no page for its own 400 in a project without `pages/`, and so
 * answers 500.
 */
export function refuseMalformedAddresses(): void {
  onRequest((request) => {
    if (!isWellEncoded(request.url ?? "")) request.url = nowhere;
  });
}
