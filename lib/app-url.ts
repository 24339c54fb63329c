import "server-only";
import { headers } from "next/headers";
import { env } from "./env";

/**
 * The first value of a list header. Each proxy may append its own value; the first one is the value
 * that the browser used.
 */
const first = (value: string | null) => value?.split(",")[0]?.trim() || undefined;

/** The origin that the browser requested, according to the proxy headers. Ignores AUTH_URL. */
export function requestedOrigin(requestHeaders: Headers): string {
  const host = first(requestHeaders.get("x-forwarded-host")) ?? requestHeaders.get("host") ?? "";
  const scheme = first(requestHeaders.get("x-forwarded-proto")) === "https" ? "https" : "http";
  return URL.canParse(`${scheme}://${host}`)
    ? new URL(`${scheme}://${host}`).origin
    : "http://localhost";
}

/**
 * The absolute URL of a path of this app, as browsers see it: based on AUTH_URL if that is set,
 * otherwise on the requested origin. Do not use `request.url` instead: it contains the host and
 * port that the server listens on.
 *
 * @param requestHeaders the headers of the current request
 */
export function publicUrl(path: string, requestHeaders: Headers): URL {
  return new URL(path, env().AUTH_URL ?? requestedOrigin(requestHeaders));
}

/** The absolute URL of a path of this app, for pages, handlers and actions. @see publicUrl */
export const appUrl = async (path: string): Promise<URL> => publicUrl(path, await headers());

/** Whether the browser used another host than that of AUTH_URL, such as `www.` or an IP address. */
export const isOnAnotherHost = async (): Promise<boolean> => {
  const requestHeaders = await headers();
  return new URL(requestedOrigin(requestHeaders)).host !== publicUrl("/", requestHeaders).host;
};
