import "server-only";
import { headers } from "next/headers";
import { env } from "./env";

/**
 * A header to which each proxy on the way may have added its own value: the first one is the
 * browser's.
 */
const first = (value: string | null) => value?.split(",")[0]?.trim() || undefined;

/** The origin that the browser asked for, as the proxies say, whatever AUTH_URL says. */
export function requestedOrigin(requested: Headers): string {
  const host = first(requested.get("x-forwarded-host")) ?? requested.get("host") ?? "";
  const scheme = first(requested.get("x-forwarded-proto")) === "https" ? "https" : "http";
  return URL.canParse(`${scheme}://${host}`)
    ? new URL(`${scheme}://${host}`).origin
    : "http://localhost";
}

/**
 * The absolute URL of a path of this app, as browsers know it: on AUTH_URL where that is set, else
 * on the origin that was asked for. Never take `request.url`, which has the host and the port that
 * the server listens on.
 *
 * @param requested the request's headers
 */
export function publicUrl(path: string, requested: Headers): URL {
  return new URL(path, env().AUTH_URL ?? requestedOrigin(requested));
}

/** The absolute URL of a path of this app, in a page, a handler or an action. @see publicUrl */
export const appUrl = async (path: string): Promise<URL> => publicUrl(path, await headers());

/** Whether the browser asked on another host than AUTH_URL's: `www.`, an IP address. */
export const isOnAnotherHost = async (): Promise<boolean> => {
  const requested = await headers();
  return new URL(requestedOrigin(requested)).host !== publicUrl("/", requested).host;
};
