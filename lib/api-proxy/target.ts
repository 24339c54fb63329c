/**
 * Whether everybody on the way takes a segment of a path for the same name. Not so where it is made
 * of dots and blanks alone, which names a directory to servers that trim it (to Java servers `..;`
 * does, too), or where it is a scheme, or has an encoded slash, backslash or control character, or
 * is encoded twice; all that in Unicode's compatibility forms as well, which some servers
 * normalize. `\p{Cf}` are characters without a width.
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
 * The URL of something at an API.
 *
 * @param apiUrl base URL of the API; its path, too, is never left
 * @param path what comes below it, percent-encoded
 * @param query with its question mark, or empty
 * @returns undefined for a path that leads elsewhere, or might for the API
 */
export function targetOf(apiUrl: string, path: string, query: string): URL | undefined {
  if (!path.split("/").every(isPlain)) return undefined;
  // Setting the path alone can't change the host, whatever is in it.
  const target = new URL(apiUrl);
  target.pathname = `${target.pathname.replace(/\/$/, "")}/${path}`;
  target.search = query;
  return target;
}

/**
 * Where at the proxy something of the API is to be found.
 *
 * @param location absolute, or relative to `target` (RFC 9110 §10.2.2)
 * @param proxyPath of the proxy itself
 * @returns undefined for what is not below `apiUrl`
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
