import { networkInterfaces } from "node:os";
import { isLocal } from "./doctor/address";

/** Where `npm run dev` puts the app. */
export interface Place {
  /** What `next dev` listens on: a name or an address. */
  hostname: string;
  /** The origin where it listens. */
  listensAt: string;
  /** The origin where people reach it. */
  appUrl: string;
  /** Whether AUTH_URL is the address of something that stands in front of it. */
  isBehindProxy: boolean;
}

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, "");

/**
 * AUTH_URL, where it can only be that of the development server itself: with a port, on plain http,
 * at an address of this machine. Everything else has a proxy in front of it.
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
 * @param options `hostname`: what was asked for, if anything; `port`: a free one; `authUrl`:
 *   AUTH_URL, whose port follows where it is that of the server itself
 */
export function placeOf(options: {
  hostname?: string | undefined;
  port: number;
  authUrl: string | undefined;
}): Place {
  const own = ownAddress(options.authUrl);
  // Only this machine gets to see an app that is being written, unless the app's address says
  // otherwise.
  const hostname =
    options.hostname ?? bare(own?.hostname ?? "localhost").replace(/.*\.localhost$/, "localhost");
  const asked = /^(0\.0\.0\.0|::)$/.test(hostname) ? "localhost" : hostname;
  const listensAt = `http://${asked.includes(":") ? `[${asked}]` : asked}:${options.port}`;
  if (own) own.port = String(options.port);
  return {
    hostname,
    listensAt,
    appUrl: own?.origin ?? options.authUrl ?? listensAt,
    isBehindProxy: options.authUrl !== undefined && !own,
  };
}
