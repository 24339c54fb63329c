import { networkInterfaces } from "node:os";
import { isLocal } from "../doctor/address";

/** Where `npm run dev` puts the app. */
export interface Place {
  /** The host name or IP address that `next dev` listens on. */
  hostname: string;
  /** The origin where it listens. */
  listensAt: string;
  /** The origin that users open. */
  appUrl: string;
  /** Whether AUTH_URL is the address of a proxy in front of it. */
  isBehindProxy: boolean;
}

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, "");

/**
 * AUTH_URL, if it can only mean the development server itself: plain http, with a port, at an
 * address of this machine. Any other address belongs to a proxy.
 *
 * @returns undefined if AUTH_URL is unset or belongs to a proxy
 */
export function ownAddress(authUrl: string | undefined): URL | undefined {
  if (!authUrl || !URL.canParse(authUrl)) return undefined;
  const url = new URL(authUrl);
  if (url.protocol !== "http:" || !url.port) return undefined;
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const isOwn = isLocal(url) || addresses.some(({ address }) => address === bare(url.hostname));
  return isOwn ? url : undefined;
}

/**
 * @param options `hostname`: the value of `--hostname`, if any; `port`: a free one; `authUrl`:
 *   AUTH_URL, whose port changes to `port` if it is the server's own address
 */
export function placeOf(options: {
  hostname?: string | undefined;
  port: number;
  authUrl: string | undefined;
}): Place {
  const own = ownAddress(options.authUrl);
  // An app under development listens for this machine only, unless --hostname or AUTH_URL name
  // another address.
  const hostname =
    options.hostname ?? bare(own?.hostname ?? "localhost").replace(/.*\.localhost$/, "localhost");
  const host = /^(0\.0\.0\.0|::)$/.test(hostname) ? "localhost" : hostname;
  const listensAt = `http://${host.includes(":") ? `[${host}]` : host}:${options.port}`;
  if (own) own.port = String(options.port);
  return {
    hostname,
    listensAt,
    appUrl: own?.origin ?? options.authUrl ?? listensAt,
    isBehindProxy: options.authUrl !== undefined && !own,
  };
}
