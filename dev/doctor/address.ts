import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import type { Env } from "../../lib/env";
import type { Report } from "./findings";

/** Where `npm run dev` puts the app. */
export const developmentOrigin = `http://localhost:${Number(process.env.PORT) || 3000}`;

/** The URIs that have to be registered in Logto's console, for an app at this origin. */
export const registered = (origin: string) => ({
  "Redirect URIs": `${origin}/api/auth/callback/logto`,
  "Post sign-out redirect URIs": `${origin}/`,
  "Backchannel logout URI": `${origin}/api/auth/backchannel-logout`,
});

/** Public suffixes, under which anyone can register a domain: browsers reject cookies for them. */
export const publicSuffix =
  /^((ac|co|com|edu|gov|go|ne|net|or|org)\.[a-z]{2}|(vercel|netlify|web)\.app|up\.railway\.app|herokuapp\.com|github\.io|onrender\.com|fly\.dev|(pages|workers)\.dev|azurewebsites\.net|amplifyapp\.com)$/;

/** Whether a URL points to this machine, where plain http is safe. */
export const isLocal = ({ hostname }: URL): boolean =>
  /(^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname);

/** The origin that users open; undefined if the variables don't say. */
export const originOf = ({ AUTH_URL, NODE_ENV }: Env): string | undefined =>
  // `npm run dev` always sets AUTH_URL.
  AUTH_URL ?? (NODE_ENV === "production" ? undefined : developmentOrigin);

/** Checks the app's address. The start-up check requires one in production. */
export function checkAddress(report: Report, env: Env): void {
  const origin = originOf(env);
  if (!origin) report(env.AUTH_TRUST_HOST ? "proxy headers" : "on Vercel");
  else if (!env.AUTH_URL) report("development", { origin });
  else if (origin.startsWith("http:") && !isLocal(new URL(origin))) report("plain http");
}

/** Names that exist on one machine, in one network or between containers only. */
const privateName = /^[^.:]+$|\.(localhost|local|internal|lan|home\.arpa)$/;

/** Whether a host name means an address that is not on the internet. */
async function isPrivate(hostname: string): Promise<boolean> {
  const found = await lookup(hostname.replace(/^\[|\]$/g, ""), { all: true }).catch(() => []);
  const ranges = found.map(({ address }) => ipaddr.process(address).range());
  return privateName.test(hostname) || ranges.some((range) => range !== "unicast");
}

/** Checks whether Logto can send back-channel logouts to the app at this origin. */
export async function checkBackchannelLogout(report: Report, env: Env, origin: string) {
  if (!(await isPrivate(new URL(origin).hostname))) return;
  if (!new URL(env.AUTH_LOGTO_ISSUER).hostname.endsWith(".logto.app")) report("self-hosted");
  else report(env.NODE_ENV === "production" ? "cloud" : "development");
}
