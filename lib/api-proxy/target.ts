/**
 * Whether every server on the way reads a path segment as the same name. These segments are
 * ambiguous: segments of dots and blanks only (some servers trim them to a directory, and Java
 * servers do so with `..;`), a URL scheme, an encoded slash, backslash or control character, and
 * double encoding. The same applies to Unicode compatibility forms, which some servers normalise.
 * `\p{Cf}` matches characters without a width.
 */
function isPlain(segment: string): boolean {
  try {
    const name = decodeURIComponent(segment).normalize("NFKC");
    return !/^[.\s\p{Cf}]*(?:;|$)|^[\s\p{Cf}]*[a-z]+:[\s\p{Cf}]*$|[/\\\p{Cc}]|%[\da-f]{2}/iu.test(
      name,
    );
  } catch {
    return false;
  }
}

/**
 * The URL of a resource of an API.
 *
 * @param apiUrl the base URL of the API. The result is always below its path
 * @param path the path below it, percent-encoded
 * @param query with its question mark, or empty
 * @returns undefined if the path leads elsewhere, or might do so at the API
 * @example targetOf("https://api.example.com/v1", "orders/1", "?page=2")
 *   // https://api.example.com/v1/orders/1?page=2
 */
export function targetOf(apiUrl: string, path: string, query: string): URL | undefined {
  if (!path.split("/").every(isPlain)) return undefined;
  // Setting only the path cannot change the host, whatever the path contains.
  const target = new URL(apiUrl);
  target.pathname = `${target.pathname.replace(/\/$/, "")}/${path}`;
  target.search = query;
  return target;
}

/**
 * The path at the proxy for a location of the API.
 *
 * @param location absolute, or relative to `target` (RFC 9110 §10.2.2)
 * @param proxyPath the path of the proxy
 * @returns undefined if the location is not below `apiUrl`
 * @example
 *   // With the base URL https://api.example.com/v1 and the proxy at /api/proxy:
 *   // https://api.example.com/v1/orders/1 -> /api/proxy/orders/1
 */
export function proxiedLocation(
  location: string,
  target: URL,
  apiUrl: string,
  proxyPath: string,
): string | undefined {
  if (!URL.canParse(location, target)) return undefined;
  const { origin, pathname, search, hash } = new URL(location, target);
  const base = new URL(apiUrl);
  const basePath = `${base.pathname.replace(/\/$/, "")}/`;
  if (origin !== base.origin || !pathname.startsWith(basePath)) return undefined;
  const path = pathname.slice(basePath.length);
  return targetOf(apiUrl, path, "") && `${proxyPath}/${path}${search}${hash}`;
}
