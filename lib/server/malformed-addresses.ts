import { onRequest } from "./on-request";

/** Next.js responds to this path with a short 404, before middleware and without route matching. */
const notFoundPath = "/_next/static/malformed-address";

/**
 * Whether the path of a request is percent-encoded UTF-8 (RFC 3986 §2.5). Queries are decoded
 * leniently, like forms. The exception is the `url` of an image request, which Next.js treats as a
 * path.
 */
function isWellEncoded(url: string): boolean {
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
 * Responds with 404 to a path that cannot be decoded, such as `/dashboard/%E0%A4%A`. Next.js
 * notices this during route matching. It has no page for its own 400 in a project without `pages/`,
 * so without this it responds with 500.
 */
export function rejectMalformedAddresses(): void {
  onRequest((request) => {
    if (!isWellEncoded(request.url ?? "")) request.url = notFoundPath;
  });
}
